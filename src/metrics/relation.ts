/** Relations: how two artifacts stand to each other, or one to itself at another batch. Ratios: true everywhere. */
import { judgeRelation } from '../judge/relation.ts';
import { fourDigits, type Metric } from './metric.ts';

export const metric: Metric<'relation', 'relation'> = {
  id: 'relation',
  suite: 'relations',
  scope: 'portable',
  shape: 'relation',
  source: 'relation',
  take: (target) => target,
  judge: (target, baseline) => judgeRelation(target, baseline),
  round: ({ figure }) => fourDigits(figure),
};
