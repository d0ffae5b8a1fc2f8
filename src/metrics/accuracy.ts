/** Accuracy: right decisions over a data set, and those that differ from the reference's. True everywhere. */
import { judgeAccuracy } from '../judge/accuracy.ts';
import type { Metric } from './metric.ts';

export const metric: Metric<'accuracy', 'accuracy'> = {
  id: 'accuracy',
  suite: 'accuracy',
  scope: 'portable',
  shape: 'accuracy',
  source: 'accuracy',
  take: (accuracy, precision) => ({ ...accuracy, precision }),
  judge: (target, baseline, { tolerance }) => judgeAccuracy(target, baseline, tolerance),
  round: ({ dataset, n, correct, flips }) => ({ dataset, n, correct, flips }),
};
