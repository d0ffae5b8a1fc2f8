/** First: seconds of the first inference after loading, one a fresh process. True on one machine. */
import { startMargins } from '../judge/settings.ts';
import { duration } from './latency.ts';

export const metric = duration('first', startMargins, ({ first }) => first);
