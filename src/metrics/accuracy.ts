/** Accuracy: right decisions over a data set, and those that differ from the reference's. True everywhere. */
import { judgeAccuracy } from '../judge/accuracy.ts';
import type { Metric } from './metric.ts';

export const metric: Metric<'accuracy', 'accuracy'> = {
  id: 'accuracy',
  suite: 'accuracy',
  unit: 'count',
  better: 'higher',
  scope: 'portable',
  only: 'accuracy',
  shape: 'accuracy',
  source: 'accuracy',
  paired: false,
  byClass: false,
  take: (accuracy, precision) => ({ ...accuracy, precision }),
  judge: (target, baseline, { tolerance }) => judgeAccuracy(target, baseline, tolerance),
  round: ({ dataset, n, correct, flips }) => ({ dataset, n, correct, flips }),
};
