/** Parity: how far an artifact on a backend is from the trusted reference, in multiples of the tolerance. True everywhere (INT8: on one instruction-set class). */
import { judgeParity, parityTarget } from '../judge/parity.ts';
import type { Metric } from './metric.ts';
import { divergingOutputs, worstRelation } from './sources.ts';

export const metric: Metric<'parity', 'answers'> = {
  id: 'parity',
  suite: 'parity',
  scope: 'portable',
  shape: 'parity',
  source: 'answers',
  byClass: true,
  take: (answers) => {
    const worst = worstRelation(answers)?.relation;
    return parityTarget(
      worst?.comparison.outputs ?? [],
      worst?.comparison.vacuous ?? null,
      worst?.against ?? 'nothing',
      divergingOutputs(answers),
    );
  },
  judge: (target, baseline, context) => judgeParity(target, baseline, context),
  // Three digits: the next CPU rounds the fourth otherwise.
  round: ({ excess, nmse, diverging }) => ({
    excess: threeDigits(excess),
    nmse: threeDigits(nmse),
    ...(diverging.length > 0 && { diverging: diverging.map(({ what }) => what) }),
  }),
};

const threeDigits = (value: number): number => Number(value.toPrecision(3));
