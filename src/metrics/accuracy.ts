/** Accuracy: right decisions over a data set, and those that differ from the reference's. True everywhere (INT8: on one instruction-set class). */
import { judgeAccuracy } from '../judge/accuracy.ts';
import { byClass, type Metric } from './metric.ts';

export const metric: Metric<'accuracy'> = {
  id: 'accuracy',
  suite: 'accuracy',
  unit: 'count',
  better: 'higher',
  scope: 'portable',
  only: 'accuracy',
  shape: 'accuracy',
  key: byClass,
  judge: (target, baseline, { tolerance }) => judgeAccuracy(target, baseline, tolerance),
  round: ({ dataset, n, correct, flips }) => ({ dataset, n, correct, flips }),
};
