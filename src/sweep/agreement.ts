/** Whether the answers of two sizes or backends are one: a wrong answer is no point of a sweep, however fast it comes. */
import { referenceTolerance } from '../broker/visit.ts';
import { compareOutputs } from '../compare/parity.ts';
import { significant } from '../compare/significant.ts';
import { batchRows } from '../tensor/tensor.ts';
import type { TensorMap } from '../tensor/tensor.ts';
import type { SweepSubject } from './subject.ts';

/** The answer with the most rows so far, to which the others are held. */
export interface Answer {
  readonly from: string;
  readonly rows: number;
  readonly outputs: TensorMap;
}

/** How an answer differs from the trusted one over the rows that both have; null where it is the same. */
export function differenceFrom(
  { model: { card }, artifact, artifactId }: Pick<SweepSubject, 'model' | 'artifact' | 'artifactId'>,
  { batch, outputs }: { readonly batch: number; readonly outputs: TensorMap },
  trusted: Answer,
): string | null {
  const rows = Math.min(batch, trusted.rows);
  const toleranceOf = referenceTolerance(card, artifactId, artifact);
  const { outputs: compared } = compareOutputs(
    rowsOf(outputs, batch, rows),
    rowsOf(trusted.outputs, trusted.rows, rows),
    {
      tolerance: (_, { dtype }) => {
        const { atol, rtol, nmse, nan } = toleranceOf(dtype);
        // Either may lie off the truth by the tolerance, to its own side; NMSE is a power.
        return { atol: 2 * atol, rtol: 2 * rtol, nmse: 4 * nmse, nan };
      },
      classifications: [],
      // Whether outputs depend on the inputs is asked elsewhere: here they need only be the same.
      inputsDiffer: false,
    },
  );
  const worst = compared.find(({ excess }) => excess > 1);
  if (worst === undefined) return null;
  const how = worst.structure ?? `differs by up to ${significant(worst.maxAbs)}, NMSE ${significant(worst.nmse)}`;
  return `${worst.output} ${how} from ${trusted.from}, over the first ${rows} rows`;
}

/** The first rows of what has one for each of the batch; the rest whole. */
const rowsOf = (outputs: TensorMap, batch: number, rows: number): TensorMap =>
  Object.fromEntries(
    Object.entries(outputs).map(([name, value]) => [name, value.dims[0] === batch ? batchRows(value, 0, rows) : value]),
  );
