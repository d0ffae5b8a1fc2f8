/**
 * Pairs the latency cases of a run with the version before, and with the anchor where one is named: finds both once, takes pairs of all
 * cases that can differ from either, and judges them as one suite.
 */
import { armsOf } from '../base/arms.ts';
import { prepareAnchor, prepareBase, type Base, type Side } from '../base/base.ts';
import type { Broker } from '../broker/broker.ts';
import type { VersionedCase } from '../broker/versions.ts';
import type { Case } from '../cases/case.ts';
import { caseId } from '../cases/case.ts';
import { backendOf, modelOf, type Project } from '../cases/project.ts';
import { notPaired, type AcceptedSlowdown, type Pairing } from '../judge/steady.ts';
import { BadInput } from '../schema/bad-input.ts';
import { pairSuite, type PairedCase } from './pair-suite.ts';

export interface PairingOptions {
  readonly project: Project;
  readonly broker: Broker;
  readonly env: NodeJS.ProcessEnv;
  readonly fingerprint: string;
  /** Commit of the last bless. */
  readonly blessed: string | null;
  readonly tell: (line: string) => void;
}

/** A case that differs from one of the bases. */
interface Differing extends VersionedCase {
  readonly differs: readonly string[];
}

/** A line a pair would be hundreds in a log. */
const silent = (): void => undefined;

export class Pairings {
  readonly #options: PairingOptions;
  readonly #known = new Map<string, () => Promise<readonly Pairing[]>>();
  readonly #ours: Side;
  #bases: Promise<readonly Base[]> | undefined;

  constructor(options: PairingOptions) {
    this.#options = options;
    const { project } = options;
    this.#ours = { label: 'the working tree', root: project.root, project };
  }

  /** Pairs of these cases will be taken together when the first of them is asked for. */
  expect(cases: readonly Case[]): void {
    let all: Promise<ReadonlyMap<string, readonly Pairing[]>> | undefined;
    for (const subject of cases) {
      const id = caseId(subject);
      if (this.#known.has(id)) continue;
      this.#known.set(id, async () => (await (all ??= this.#pairAll(cases))).get(id) ?? [lost]);
    }
  }

  /** One a base. */
  of(subject: Case): Promise<readonly Pairing[]> {
    this.expect([subject]);
    return this.#known.get(caseId(subject))?.() ?? Promise.resolve([lost]);
  }

  async #pairAll(cases: readonly Case[]): Promise<ReadonlyMap<string, readonly Pairing[]>> {
    const { project, broker, fingerprint, tell } = this.#options;
    const bases = await (this.#bases ??= this.#prepare());
    const found = new Map<string, readonly (Pairing | Differing)[]>();
    for (const subject of cases) {
      const id = caseId(subject);
      const each: (Pairing | Differing)[] = [];
      for (const [index, base] of bases.entries())
        each.push(await this.#against(base, subject, index === 0 ? id : `${id} anchor`));
      found.set(id, each);
    }
    const contests = [...found.values()].flat().flatMap((one) => ('kind' in one ? [] : [one]));
    const against = [...new Set(contests.map(({ base }) => base.label))].join(' and ');
    const options = { broker, against, tell, show: silent, root: project.root, fingerprint, graphs: true };
    const suite = contests.length === 0 ? new Map<string, PairedCase>() : await pairSuite(contests, options);
    const told = (one: Pairing | Differing): Pairing => ('kind' in one ? one : this.#pairing(one, suite.get(one.name)));
    return new Map([...found].map(([id, each]) => [id, each.map(told)]));
  }

  /** An anchor that is the base as well is paired with once. */
  async #prepare(): Promise<readonly Base[]> {
    const { project, env, blessed, tell } = this.#options;
    const base = await prepareBase(project.root, { env, blessed, tell });
    const anchor = await prepareAnchor(project.root, { env, tell });
    for (const each of [base, anchor]) if (!each.found && each.mendable) tell(`nothing to pair with: ${each.reason}`);
    return anchor.found && !(base.found && base.side.root === anchor.side.root) ? [base, anchor] : [base];
  }

  async #against(base: Base, subject: Case, name: string): Promise<Pairing | Differing> {
    if (!base.found) return notPaired(base.reason, base.mendable);
    const { side } = base;
    try {
      const arms = await armsOf(side, this.#ours, subject, backendOf(this.#options.project, subject.backend ?? ''));
      if (!arms.found) return notPaired(arms.reason, arms.mendable);
      if (arms.differs.length > 0) return { name, subject, ...arms };
      return side.isThis === true ? notPaired(itself(side), true) : { kind: 'same', against: side.label };
    } catch (error) {
      // A file that is not the one of its card: of the base, then there is nothing to pair with; of ours, its own measurement says so.
      if (error instanceof BadInput) return notPaired(error.message, true);
      throw error;
    }
  }

  #pairing({ subject, differs, base: { label } }: Differing, paired: PairedCase | undefined): Pairing {
    if (paired === undefined) return lost;
    if (!paired.ok) {
      const { arm, how, reason } = paired;
      // Our arm died where the base did not: that is a verdict.
      return arm === 'ours'
        ? { kind: 'died', how, reason, against: label }
        : notPaired(`pairs with ${label}: ${reason}`, true);
    }
    const { judgement, replay, graph } = paired;
    const beside = judgement.verdict === 'slower' && graph !== null ? [graph] : [];
    const more = [`differs from ${label} in ${differs.join(', ')}`, ...beside, `replay the gate: ${replay}`];
    return {
      kind: 'paired',
      judgement: { ...judgement, sentences: [...judgement.sentences, ...more] },
      accepted: this.#accepted(subject),
    };
  }

  #accepted({ model, artifact, backend }: Case): AcceptedSlowdown | null {
    const { latency } = modelOf(this.#options.project, model).card;
    return latency?.accepted?.find((accepted) => accepted.case === `${artifact}/${backend}`) ?? null;
  }
}

const itself = ({ label }: Side): string =>
  `${label} is what is checked out, so that nothing was compared: ONPAR_BASE names another version, or auto`;

const lost = notPaired('it was not planned');
