/**
 * Pairs the latency cases of a run with the version before: finds the base once, takes pairs of all cases that it can differ in, judges
 * them as one suite, and leaves every trace below .onpar/traces/ for `onpar gate replay`.
 */
import { armsOf } from '../base/arms.ts';
import type { Arms } from '../base/arms.ts';
import { prepareBase } from '../base/base.ts';
import type { Base, Side } from '../base/base.ts';
import { missingFrom } from '../base/packages.ts';
import type { Broker } from '../broker/broker.ts';
import type { Case } from '../cases/case.ts';
import { caseId } from '../cases/case.ts';
import { backendOf, modelOf } from '../cases/project.ts';
import type { Project } from '../cases/project.ts';
import { notPaired } from '../judge/pairing.ts';
import type { AcceptedSlowdown, Pairing } from '../judge/pairing.ts';
import { BadInput } from '../schema/bad-input.ts';
import { pairSuite } from './pair-suite.ts';
import type { PairedCase } from './pair-suite.ts';

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

/** A line a pair would be hundreds in a log. */
const silent = (): void => undefined;

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
    if ((env['ONPAR_BASE'] ?? '') === '')
      return new Map(cases.map((subject) => [caseId(subject), notPaired('ONPAR_BASE names no base')]));
    this.#base ??= prepareBase(project.root, { env, blessed, tell });
    const base = await this.#base;
    if (!base.found) return new Map(cases.map((subject) => [caseId(subject), notPaired(base.reason)]));
    const ours = { label: 'the working tree', root: project.root, project };
    const found = new Map<string, Pairing>();
    const differing: { readonly subject: Case; readonly arms: Ready }[] = [];
    for (const subject of cases) {
      const arms = await armsFor(base.side, ours, subject);
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
    const { project, broker, fingerprint, tell } = this.#options;
    const contests = differing.map(({ subject, arms }) => ({ name: caseId(subject), subject, ...arms }));
    const suite = await pairSuite(contests, { broker, against, tell, show: silent, root: project.root, fingerprint });
    for (const { name, subject, differs } of contests) {
      const paired = suite.get(name);
      if (paired?.ok !== true) {
        found.set(name, paired === undefined ? lost : withoutPairs(paired, against));
        continue;
      }
      const { judgement, trace } = paired;
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
}

/** A file that is not the one of its card: of the base, then there is nothing to pair with; of ours, its own measurement says so. */
async function armsFor(base: Side, ours: Side, subject: Case): Promise<Arms> {
  const backend = backendOf(ours.project, subject.backend ?? '');
  // Ours would be loaded in its place.
  const missing = missingFrom(base.root, backend.packages);
  if (missing !== null) return { found: false, reason: `${missing} is not installed at ${base.label}` };
  try {
    return await armsOf(base, ours, subject, backend);
  } catch (error) {
    if (error instanceof BadInput) return { found: false, reason: error.message };
    throw error;
  }
}

/** Our arm died where the base did not: that is a verdict. */
const withoutPairs = ({ reason, how, arm }: Extract<PairedCase, { ok: false }>, against: string): Pairing =>
  arm === 'ours' ? { kind: 'died', how, reason } : notPaired(`pairs with ${against}: ${reason}`);

const lost = notPaired('it was not planned');
