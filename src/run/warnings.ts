/** What a reader should know beside the verdicts: quantized artifacts that cost more than what they were made from, and pairs that could not be taken. */
import { warningsAbout } from '../judge/narrower.ts';
import type { Costs } from '../judge/narrower.ts';
import { counted } from '../judge/words.ts';
import { caseName } from '../cases/case.ts';
import { sameFiles } from '../models/artifact.ts';
import type { Model } from '../models/card.ts';
import type { CaseRow } from '../report/report.generated.ts';
import type { Entry } from './verdicts.ts';

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

/** A slowdown that the card accepts is steady, and must not be forgotten. */
export const acceptedWarnings = (entries: readonly Pick<Entry, 'case' | 'verdict' | 'pairings'>[]): string[] =>
  entries.flatMap(({ case: subject, verdict, pairings }) =>
    pairings.flatMap((pairing) =>
      verdict === 'steady' &&
      pairing.kind === 'paired' &&
      pairing.judgement.verdict === 'slower' &&
      pairing.accepted !== null
        ? [`${caseName(subject)} is slower as accepted until ${pairing.accepted.expires}: ${pairing.accepted.reason}`]
        : [],
    ),
  );

/** Each reason once, of those that somebody can mend: what is judged without pairs is judged less sharply. */
export function unpairedWarnings(entries: readonly Pick<Entry, 'pairings'>[]): string[] {
  const counts = new Map<string, number>();
  for (const { pairings } of entries)
    for (const pairing of pairings)
      if (pairing.kind === 'none' && pairing.mendable)
        counts.set(pairing.reason, (counts.get(pairing.reason) ?? 0) + 1);
  return [...counts].map(
    ([reason, times]) => `${counted(times, 'latency', 'latencies')} not paired with a base version: ${reason}`,
  );
}
