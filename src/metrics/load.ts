/** Load: seconds to open a session, one a fresh process. True on one machine. */
import { startMargins } from '../judge/settings.ts';
import { duration } from './latency.ts';

export const metric = duration('load', startMargins, ({ load }) => load);
