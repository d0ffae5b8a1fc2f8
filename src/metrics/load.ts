/** Load: seconds to open a session, one a fresh process. True on one machine. */
import { judgeLatency } from '../judge/latency.ts';
import { startMargins } from '../judge/settings.ts';
import { toSample } from '../stats/sample.ts';
import { byRun, fourDigits, type Metric } from './metric.ts';

export const metric: Metric<'sample'> = {
  id: 'load',
  suite: 'latency',
  unit: 'seconds',
  better: 'lower',
  scope: 'machine',
  only: 'latency',
  shape: 'sample',
  key: byRun,
  judge: (target, baseline) => judgeLatency(target, baseline && toSample(baseline), startMargins),
  round: (target) => target.map(fourDigits),
};
