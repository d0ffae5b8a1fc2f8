/** Holds the rows of quantized artifacts against those of the artifacts that they were made from. */
import { warningsAbout } from '../judge/narrower.ts';
import type { Costs } from '../judge/narrower.ts';
import { sameFiles } from '../models/artifact.ts';
import type { Model } from '../models/card.ts';
import type { CaseRow } from '../report/report.generated.ts';

export function withWarnings(rows: readonly CaseRow[], models: readonly Pick<Model, 'card'>[]): CaseRow[] {
  const named = new Map(rows.map((row) => [nameOf(row), row]));
  return rows.map((row) => {
    const artifacts = models.find(({ card }) => card.id === row.model)?.card.artifacts ?? {};
    const { [row.artifact]: own } = artifacts;
    if (own?.parent === undefined) return row;
    const { [own.parent]: parent } = artifacts;
    const other = named.get(nameOf({ ...row, artifact: own.parent }));
    if (parent === undefined || other === undefined) return row;
    const same = sameFiles(own, parent);
    const warnings = warningsAbout(costsOf(row, same), costsOf(other, same));
    return warnings.length === 0 ? row : { ...row, warnings: [...warnings] };
  });
}

const nameOf = ({ model, artifact, backend, batch, threads }: CaseRow): string =>
  [model, artifact, backend, batch, threads].join('/');

const costsOf = ({ artifact, batch, size, latency }: CaseRow, same: boolean): Costs => ({
  artifact,
  batch,
  bytes: same ? null : size.bytes,
  interval: latency.interval,
});
