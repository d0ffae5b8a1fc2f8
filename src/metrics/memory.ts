/** Memory: peak resident set of the worker process, bytes. True on one machine; generous, for allocators keep what they like. */
import { memoryMargin } from '../judge/settings.ts';
import { judgeValue } from '../judge/value.ts';
import { bytes } from '../judge/words.ts';
import { byBackend, fourDigits, type Metric } from './metric.ts';

export const metric: Metric<'scalar'> = {
  id: 'memory',
  suite: 'memory',
  unit: 'bytes',
  better: 'lower',
  scope: 'machine',
  only: 'memory',
  shape: 'scalar',
  key: byBackend,
  judge: (target, baseline) =>
    judgeValue(target, baseline, { better: 'lower', margin: memoryMargin, show: bytes }),
  round: fourDigits,
};
