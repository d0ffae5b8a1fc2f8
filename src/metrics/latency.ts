/** Latency: seconds of a later (steady) call, one estimate a fresh process. True on one machine. */
import { judgeLatency } from '../judge/latency.ts';
import { steadyMargins } from '../judge/settings.ts';
import { toSample } from '../stats/sample.ts';
import { byRun, fourDigits, type Metric } from './metric.ts';

export const metric: Metric<'sample'> = {
  id: 'latency',
  suite: 'latency',
  unit: 'seconds',
  better: 'lower',
  scope: 'machine',
  only: 'latency',
  shape: 'sample',
  key: byRun,
  judge: (target, baseline) => judgeLatency(target, baseline && toSample(baseline), steadyMargins),
  round: (target) => target.map(fourDigits),
};
