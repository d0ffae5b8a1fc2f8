/** Latency: seconds of a later (steady) call, one estimate a fresh process. True on one machine. */
import { judgeLatency } from '../judge/latency.ts';
import { steadyMargins, type LatencyMargins } from '../judge/settings.ts';
import { toSample } from '../stats/sample.ts';
import { byRun, fourDigits, type Metric } from './metric.ts';

/** Any duration that is taken once a fresh process. */
export const duration = (id: string, margins: LatencyMargins): Metric<'sample'> => ({
  id,
  suite: 'latency',
  unit: 'seconds',
  better: 'lower',
  scope: 'machine',
  only: 'latency',
  shape: 'sample',
  key: byRun,
  judge: (target, baseline) => judgeLatency(target, baseline && toSample(baseline), margins),
  round: (target) => target.map(fourDigits),
});

export const metric: Metric<'sample'> = duration('latency', steadyMargins);
