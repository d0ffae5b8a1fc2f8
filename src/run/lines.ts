/** The two lines that every red case ends with: how to see it again alone, and how to accept it. */
import type { Case } from '../cases/case.ts';
import { caseId } from '../cases/case.ts';
import type { Verdict } from '../judge/verdict.ts';
import type { Ruling } from './answer.ts';
import type { Metric } from '../metrics/metric.ts';

export const replayLine = ({ id, suite }: Metric, subject: Case): string =>
  `npx vitest run ${suite} -t '${id} ${caseId(subject)}'`;

/** Of a model that the suite leaves out: nothing of it is blessed, so nothing accepts it either. */
export const replayOnDemand = ({ model, artifact, backend }: Case): string =>
  `npx onpar compare ${model}/${artifact}${backend === null ? '' : ` --backend ${backend}`}`;

const acceptable: ReadonlySet<Verdict> = new Set<Verdict>([
  'mismatch',
  'slower',
  'faster',
  'regressed',
  'improved',
  'unbaselined',
  'match',
]);

interface Accepting extends Pick<Ruling, 'verdict'> {
  readonly paired: boolean;
}

/** A base version cannot be blessed away; until it is the new one, the card says what this case may lose. */
const acceptedSlowdown = ({ artifact, backend }: Case): string =>
  `latency.accepted in model.json: { "case": "${artifact}/${backend}", "slowdown": …, "reason": "…", "expires": "…" }`;

/** Null where nothing may be blessed: a dead worker, a refused file, a check that proves nothing. */
export function acceptLine({ suite }: Metric, subject: Case, { verdict, paired }: Accepting): string | null {
  if (!acceptable.has(verdict)) return null;
  if (paired) return verdict === 'slower' ? acceptedSlowdown(subject) : null;
  return `npx onpar bless ${caseId(subject)} --only ${suite} --reason '…'`;
}
