/**
 * Pairs the latency cases of a run with the version before: finds the base once, takes pairs of all cases that it can differ in, judges
 * them as one suite, and leaves every trace below .onpar/traces/ for `onpar gate replay`.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { armsOf } from '../base/arms.ts';
import type { Arms } from '../base/arms.ts';
import { prepareBase } from '../base/base.ts';
import type { Base } from '../base/base.ts';
import type { Broker } from '../broker/broker.ts';
import type { PairsTaken, Rule } from '../broker/rounds.ts';
import type { Case } from '../cases/case.ts';
import { caseId } from '../cases/case.ts';
import { backendOf, modelOf } from '../cases/project.ts';
import type { Project } from '../cases/project.ts';
import { confirm } from '../judge/confirm.ts';
import { judgePaired, nextLook } from '../judge/paired.ts';
import type { PairedContext, PairedJudgement } from '../judge/paired.ts';
import { notPaired } from '../judge/pairing.ts';
import type { AcceptedSlowdown, Pairing } from '../judge/pairing.ts';
import { confirmingPairs, pairedSettings } from '../judge/settings.ts';
import { randomFrom } from '../stats/random.ts';
import type { Pair } from '../trace/pair.ts';
import { traceOf } from '../trace/write.ts';

export interface PairingOptions {
  readonly project: Project;
  readonly broker: Broker;
  readonly env: NodeJS.ProcessEnv;
  readonly fingerprint: string;
  /** Commit of the last bless. */
  readonly blessed: string | null;
  readonly tell: (line: string) => void;
}

type Ready = Extract<Arms, { found: true }>;

const rule: Rule = {
  enough: (pairs) =>
    pairedSettings.looks.some((look) => look.pairs === pairs.length) && nextLook(judgePaired(pairs)) === null,
  suspects: (pairs) => judgePaired(pairs).verdict === 'slower',
  confirming: confirmingPairs,
};

/** Base against base: whatever is seen there is not the code. */
const control = 'control';

export class Pairings {
  readonly #options: PairingOptions;
  readonly #known = new Map<string, () => Promise<Pairing>>();
  #base: Promise<Base> | undefined;

  constructor(options: PairingOptions) {
    this.#options = options;
  }

  /** Pairs of these cases will be taken together when the first of them is asked for. */
  expect(cases: readonly Case[]): void {
    let all: Promise<ReadonlyMap<string, Pairing>> | undefined;
    for (const subject of cases) {
      const id = caseId(subject);
      if (this.#known.has(id)) continue;
      this.#known.set(id, async () => (await (all ??= this.#pairAll(cases))).get(id) ?? lost);
    }
  }

  of(subject: Case): Promise<Pairing> {
    this.expect([subject]);
    return this.#known.get(caseId(subject))?.() ?? Promise.resolve(lost);
  }

  async #pairAll(cases: readonly Case[]): Promise<ReadonlyMap<string, Pairing>> {
    const { project, env, blessed, tell } = this.#options;
    this.#base ??= prepareBase(project.root, { env, blessed, tell });
    const base = await this.#base;
    if (!base.found) return new Map(cases.map((subject) => [caseId(subject), notPaired(base.reason)]));
    const ours = { label: 'the working tree', root: project.root, project };
    const found = new Map<string, Pairing>();
    const differing: { readonly subject: Case; readonly arms: Ready }[] = [];
    for (const subject of cases) {
      const arms = await armsOf(base.side, ours, subject, backendOf(project, subject.backend ?? ''));
      if (!arms.found) found.set(caseId(subject), notPaired(arms.reason));
      else if (arms.differs.length === 0) found.set(caseId(subject), { kind: 'same', against: base.side.label });
      else differing.push({ subject, arms });
    }
    if (differing.length > 0) await this.#measure(differing, base.side.label, found);
    return found;
  }

  async #measure(
    differing: readonly { readonly subject: Case; readonly arms: Ready }[],
    against: string,
    found: Map<string, Pairing>,
  ): Promise<void> {
    const { broker, tell } = this.#options;
    const seed = Date.now() % 2 ** 31;
    const [first] = differing;
    const contests = differing.map(({ subject, arms }) => ({ name: caseId(subject), subject, ...arms }));
    const nulls =
      first === undefined
        ? []
        : [{ name: control, subject: first.subject, base: first.arms.base, ours: first.arms.base }];
    const taken = await broker.pairs([...contests, ...nulls], { random: randomFrom(seed), rule, tell });
    const context: PairedContext = { against, seed, control: pairsIn(taken.get(control)) };
    const judgements = judgeSuite(taken, context);
    for (const { name, subject, differs } of contests) {
      const pairs = taken.get(name);
      const judgement = judgements.get(name);
      if (pairs?.ok !== true || judgement === undefined) {
        const reason = pairs?.ok === false ? pairs.failure.reason : 'no pairs were taken';
        found.set(name, notPaired(`pairs with ${against}: ${reason}`));
        continue;
      }
      const trace = this.#keep(subject, pairs.confirming.length > 0 ? pairs.confirming : pairs.pairs, seed);
      const more = [`differs in ${differs.join(', ')}`, `replay the gate: npx onpar gate replay ${trace}`];
      found.set(name, {
        kind: 'paired',
        judgement: { ...judgement, sentences: [...judgement.sentences, ...more] },
        accepted: this.#accepted(subject),
      });
    }
  }

  #accepted({ model, artifact, backend }: Case): AcceptedSlowdown | null {
    const { latency } = modelOf(this.#options.project, model).card;
    return latency?.accepted?.find((accepted) => accepted.case === `${artifact}/${backend}`) ?? null;
  }

  /** Path of the trace, relative to the root. */
  #keep(subject: Case, pairs: readonly Pair[], seed: number): string {
    const { project, fingerprint } = this.#options;
    const folder = join(project.root, '.onpar', 'traces');
    mkdirSync(folder, { recursive: true });
    const path = join(folder, `${caseId(subject).replaceAll('/', '-')}.jsonl`);
    writeFileSync(path, traceOf({ fingerprint, case: caseId(subject), seed }, pairs));
    return relative(project.root, path);
  }
}

const lost = notPaired('it was not planned');

const pairsIn = (taken: PairsTaken | undefined): readonly Pair[] => (taken?.ok === true ? taken.pairs : []);

/** One case alone keeps its own promise; of several, suspects must say it again on fresh pairs. */
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
