/** Load: seconds to open a session, one a fresh process. True on one machine. */
import { startMargins } from '../judge/settings.ts';
import { duration } from './latency.ts';
import type { Metric } from './metric.ts';

export const metric: Metric<'sample'> = duration('load', startMargins);
