/** Memory: peak resident set of the worker process, bytes. True on one machine; generous, for allocators keep what they like. */
import { jitMemoryMargin, memoryMargin } from '../judge/settings.ts';
import { judgeValue } from '../judge/value.ts';
import { bytes } from '../judge/words.ts';
import { fourDigits, type Metric } from './metric.ts';

export const metric: Metric<'scalar', 'answers'> = {
  id: 'memory',
  suite: 'memory',
  scope: 'machine',
  shape: 'scalar',
  source: 'answers',
  take: ({ peakBytes }) => peakBytes,
  judge: (target, baseline, { jit = false }) =>
    judgeValue(target, baseline, { margin: jit ? jitMemoryMargin : memoryMargin, show: bytes }),
  round: fourDigits,
};
