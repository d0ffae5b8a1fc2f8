/** Whether the answers of two sizes or backends are one: a wrong answer is no point of a sweep, however fast it comes. */
import { referenceTolerance } from '../broker/answers.ts';
import { compareOutputs } from '../compare/parity.ts';
import { significant } from '../compare/significant.ts';
import { firstRows, trustedRows } from '../tensor/rows.ts';
import type { TensorMap } from '../tensor/tensor.ts';
import type { SweepSubject } from './subject.ts';

/** The answer with the most rows so far, to which the others are held. */
export interface Trusted {
  readonly from: string;
  readonly rows: number;
  readonly outputs: TensorMap;
}

/** A first answer is held to its own first rows: what is fed again must be answered again. */
export const trustedOf = (
  { reference }: Pick<SweepSubject, 'reference'>,
  batch: number,
  outputs: TensorMap,
): Trusted => ({
  from: 'its own first rows',
  rows: Math.min(batch, reference.rows),
  outputs: firstRows(outputs, batch, Math.min(batch, reference.rows)),
});

/** How an answer differs from the trusted one over the rows that both have answered; null where it is the same. */
export function differenceFrom(
  {
    model: { card },
    artifact,
    artifactId,
    reference,
  }: Pick<SweepSubject, 'model' | 'artifact' | 'artifactId' | 'reference'>,
  { batch, outputs }: { readonly batch: number; readonly outputs: TensorMap },
  trusted: Trusted,
): string | null {
  const { rows, tensors } = trustedRows(trusted.outputs, trusted.rows, reference.rows, batch);
  const toleranceOf = referenceTolerance(card, artifactId, artifact);
  const { outputs: compared } = compareOutputs(firstRows(outputs, batch, rows), tensors, {
    tolerance: (_, { dtype }) => {
      const { atol, rtol, nmse, nan } = toleranceOf(dtype);
      // Either may lie off the truth by the tolerance, to its own side; NMSE is a power.
      return { atol: 2 * atol, rtol: 2 * rtol, nmse: 4 * nmse, nan };
    },
    classifications: [],
    // Whether outputs depend on the inputs is asked elsewhere: here they need only be the same.
    inputsDiffer: false,
  });
  const worst = compared.find(({ excess }) => excess > 1);
  if (worst === undefined) return null;
  const how = worst.structure ?? `differs by up to ${significant(worst.maxAbs)}, NMSE ${significant(worst.nmse)}`;
  return `${worst.output} ${how} from ${trusted.from}, over the first ${rows} rows`;
}
