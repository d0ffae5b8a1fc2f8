/** Puts a mismatch into sentences: what differs, where it is worst, what would have passed. Decides nothing, prints nothing. */
import type { Explanation, TensorComparison } from './comparison.ts';
import type { ParityComparison } from './parity.ts';
import { atLeast, place, significant } from './significant.ts';

export interface MismatchContext {
  /** Who computed the reference, such as `torch float64`. */
  readonly reference: string;
  readonly explanation: Explanation;
  readonly flips: ParityComparison['flips'];
}

/** Lines of one output: the finding, up to the explanation's worst element, and the smallest tolerance that would pass. */
export function describeMismatch(
  comparison: TensorComparison,
  { reference, explanation, flips }: MismatchContext,
): string[] {
  const changed = flips === null ? '' : `; ${flips.count} of ${flips.n} change the prediction`;
  return [
    `${comparison.output}: ${finding(comparison, reference, explanation)}${changed}`,
    ...worst(explanation),
    ...passing(comparison),
  ];
}

function finding(comparison: TensorComparison, reference: string, explanation: Explanation): string {
  const { structure, mismatched, count, maxAbs, nmse, tolerance } = comparison;
  if (structure !== null) return structure;
  if (mismatched === 0) {
    return `NMSE ${significant(nmse)} against ${reference} (allowed ${significant(tolerance.nmse)}), though each element is within its tolerance`;
  }
  const allowed = significant(allowedAt(comparison, explanation), 2);
  return `${mismatched} of ${count} elements differ from ${reference} by up to ${significant(maxAbs)} (allowed ${allowed})`;
}

/** The element tolerance where the difference is greatest. */
function allowedAt({ tolerance, rms }: TensorComparison, { worst: [first] }: Explanation): number {
  return tolerance.atol * Math.max(1, rms) + tolerance.rtol * Math.abs(first?.expected ?? 0);
}

function worst({ worst: [first] }: Explanation): string[] {
  if (first === undefined) return [];
  const { index, actual, expected, difference } = first;
  return [`worst ${place(index)}  ${distinct(actual, expected) ?? `difference ${significant(difference)}`}`];
}

/** As few digits as show that the two are not the same; null where float64 cannot, as of large 64-bit integers. */
function distinct(actual: number, expected: number): string | null {
  for (let digits = 3; digits <= 17; digits += 1) {
    const [a, e] = [significant(actual, digits), significant(expected, digits)];
    if (a !== e || Number.isNaN(actual)) return `actual ${a}  expected ${e}`;
  }
  return null;
}

/** Only what must be loosened, rounded up so that it does pass; nothing where no tolerance would. */
function passing({ passing: { atol, rtol }, mismatched, nmse, tolerance }: TensorComparison): string[] {
  const needs = mismatched === 0 ? [] : [`atol ${atLeast(atol)} rtol ${atLeast(rtol)}`];
  if (!(nmse <= tolerance.nmse)) needs.push(`nmse ${atLeast(nmse)}`);
  return Number.isFinite(atol + rtol + nmse) && needs.length > 0 ? [`would pass at ${needs.join(' ')}`] : [];
}
