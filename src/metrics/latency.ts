/** Latency: seconds of a later (steady) call, one estimate a fresh process. True on one machine. */
import { judgeLatency } from '../judge/latency.ts';
import { judgeSteady } from '../judge/pairing.ts';
import { steadyMargins, type LatencyMargins } from '../judge/settings.ts';
import { toSample } from '../stats/sample.ts';
import { fourDigits, type Metric } from './metric.ts';
import type { Latency } from './sources.ts';

/** Any duration that is taken once a fresh process. */
export const duration = (
  id: string,
  margins: LatencyMargins,
  take: (latency: Latency) => readonly number[],
): Metric<'sample', 'latency'> => ({
  id,
  suite: 'latency',
  scope: 'machine',
  shape: 'sample',
  source: 'latency',
  take: (latency) => toSample(take(latency)),
  judge: (target, baseline) => judgeLatency(target, baseline && toSample(baseline), margins),
  round: (target) => target.map(fourDigits),
});

/** The gated batch size is the first one that was measured. */
export const metric: Metric<'sample', 'latency'> = {
  ...duration('latency', steadyMargins, ({ batches }) => batches[0]?.steady ?? []),
  paired: true,
  judge: (target, baseline, context) => judgeSteady(target, baseline && toSample(baseline), steadyMargins, context),
};
