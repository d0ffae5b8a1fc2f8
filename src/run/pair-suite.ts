/**
 * Process pairs of several cases, taken in rounds and judged as one suite: suspects must say it again on fresh pairs, Holm
 * over all of them, and nothing is judged where the base differs from itself.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Broker } from '../broker/broker.ts';
import type { Failure } from '../broker/measurement.ts';
import type { PairsTaken, Rule } from '../broker/rounds.ts';
import type { VersionedCase } from '../broker/versions.ts';
import { confirm } from '../judge/confirm.ts';
import { judgePaired, nextLook } from '../judge/paired.ts';
import type { PairedContext, PairedJudgement } from '../judge/paired.ts';
import { confirmingPairs, pairedSettings } from '../judge/settings.ts';
import { randomFrom } from '../stats/random.ts';
import type { Pair } from '../trace/pair.ts';
import { traceOf } from '../trace/write.ts';

export interface SuiteOptions {
  readonly broker: Broker;
  /** Names the base in sentences. */
  readonly against: string;
  readonly tell: (line: string) => void;
  /** Told after each pair, for whoever watches. */
  readonly show: (line: string) => void;
  /** Of the project: traces are left below it. */
  readonly root: string;
  readonly fingerprint: string;
}

export type PairedCase =
  | { readonly ok: true; readonly judgement: PairedJudgement; /** Relative to the root. */ readonly trace: string }
  /** `arm`: whose worker died, or could not be fed. */
  | { readonly ok: false; readonly reason: string; readonly how: Failure['kind']; readonly arm: 'base' | 'ours' };

const rule: Rule = {
  enough: (pairs) =>
    pairedSettings.looks.some((look) => look.pairs === pairs.length) && nextLook(judgePaired(pairs)) === null,
  suspects: (pairs) => judgePaired(pairs).verdict === 'slower',
  confirming: confirmingPairs,
};

/** Base against base: whatever is seen there is not the code. */
const control = 'control';

/** By name of the contest; every one of them. */
export async function pairSuite(
  contests: readonly VersionedCase[],
  { broker, against, tell, show, root, fingerprint }: SuiteOptions,
): Promise<ReadonlyMap<string, PairedCase>> {
  const seed = Date.now() % 2 ** 31;
  const nulls = contests.slice(0, 1).map((first) => ({ ...first, name: control, ours: first.base }));
  tell(`pairing ${contests.length} cases with ${against} …`);
  const taken = await broker.pairs([...contests, ...nulls], { random: randomFrom(seed), rule, tell: show });
  const judgements = judgeSuite(taken, { against, seed, control: pairsIn(taken.get(control)) });
  return new Map(
    contests.map(({ name }): [string, PairedCase] => {
      const pairs = taken.get(name);
      const judgement = judgements.get(name);
      if (pairs?.ok === false) {
        const { failure, arm } = pairs;
        return [name, { ok: false, reason: failure.reason, how: failure.kind, arm }];
      }
      if (pairs === undefined || judgement === undefined) throw new Error(`no pairs of ${name}`);
      const text = traceOf(
        { fingerprint, case: name, seed },
        pairs.confirming.length > 0 ? pairs.confirming : pairs.pairs,
      );
      return [name, { ok: true, judgement, trace: keep(root, name, text) }];
    }),
  );
}

const pairsIn = (taken: PairsTaken | undefined): readonly Pair[] => (taken?.ok === true ? taken.pairs : []);

function judgeSuite(
  taken: ReadonlyMap<string, PairsTaken>,
  context: PairedContext,
): ReadonlyMap<string, PairedJudgement> {
  const cases = [...taken].flatMap(([name, each]) => (name !== control && each.ok ? [{ name, ...each }] : []));
  const suspects = cases.filter(({ confirming }) => confirming.length > 0);
  const confirmed = confirm(
    suspects.map(({ confirming }) => confirming),
    pairedSettings,
    context,
  );
  return new Map<string, PairedJudgement>([
    ...cases.map(({ name, pairs }) => [name, judgePaired(pairs, pairedSettings, context)] as const),
    ...suspects.map(({ name }, index) => [name, confirmed[index] as PairedJudgement] as const),
  ]);
}

/** Path of the trace, relative to the root. */
function keep(root: string, name: string, text: string): string {
  const folder = join(root, '.onpar', 'traces');
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${name.replaceAll('/', '-')}.jsonl`);
  writeFileSync(path, text);
  return relative(root, path);
}
