/** Size: bytes of an artifact's files. Exact and true everywhere: one byte more is a change that somebody made. */
import { sizeMargin } from '../judge/settings.ts';
import { judgeValue } from '../judge/value.ts';
import { exactBytes } from '../judge/words.ts';
import type { Metric } from './metric.ts';

export const metric: Metric<'scalar', 'files'> = {
  id: 'size',
  suite: 'size',
  scope: 'portable',
  shape: 'scalar',
  source: 'files',
  take: (bytes) => bytes,
  judge: (target, baseline) => judgeValue(target, baseline, { margin: sizeMargin, show: exactBytes }),
  round: (target) => target,
};
