/** The lines that a red parity verdict prints beyond the judge's own: where it was seen, the worst element, what would pass. */
import { describeMismatch } from '../compare/describe.ts';
import { worstFirst } from '../compare/worst.ts';
import { worstRelation } from '../metrics/sources.ts';
import type { ComparedAnswers } from '../metrics/sources.ts';

export function evidenceOf(answers: ComparedAnswers): readonly string[] {
  const worst = worstRelation(answers);
  if (worst === null || worst.relation.explanation === null) return [];
  const { comparison, explanation, against } = worst.relation;
  const [furthest] = worstFirst(comparison.outputs, ({ excess }) => excess);
  if (furthest === undefined) return [];
  const [, ...lines] = describeMismatch(furthest, {
    reference: against,
    explanation,
    flips: comparison.flips,
  });
  const flips =
    comparison.flips === null ? '' : `; ${comparison.flips.count} of ${comparison.flips.n} predictions change`;
  return [`seen at batch ${worst.batch.batch}${flips}`, ...lines];
}
