/** Collects verdicts and holds them against the plan: every planned case ends with exactly one, or the run says which did not. */
import { obsoleteValues } from '../baselines/obsolete.ts';
import type { Case } from '../cases/case.ts';
import { caseName } from '../cases/case.ts';
import type { Target } from '../metrics/metric.ts';
import { judgeAnswer, type Ruling } from './answer.ts';
import type { Run } from './run.ts';

export interface Entry extends Ruling {
  readonly case: Case;
  readonly target: Target | null;
}

/**
 * What a run is held to. `whole`: everything that is planned for a spec or was ever blessed. `files`: some spec files ran; the
 * metrics that they asked for, wholly. `some`: single cases were picked; those of which a test ran, or that were measured.
 */
export type Scope = 'whole' | 'files' | 'some';

const isHere = ({ verdict }: Entry): boolean => verdict !== 'unavailable' && verdict !== 'skipped';

export class Verdicts {
  readonly scope: Scope;
  readonly #run: Run;
  readonly #entries = new Map<string, Entry>();
  readonly #planned: readonly Case[];
  readonly #twice: string[] = [];

  /**
   * `asked`: metrics whose plan a spec asked for. `picked`: names of cases that were measured, or whose test ran: where reports of shards are
   * merged, nobody asks.
   */
  constructor(run: Run, scope: Scope, asked: Iterable<string> = [], picked: ReadonlySet<string> = new Set()) {
    this.#run = run;
    this.scope = scope;
    const held = scope === 'whole' ? [...asked, ...run.promised()] : [...asked];
    const isPicked = (subject: Case): boolean => picked.has(caseName(subject));
    const metrics = picked.size === 0 ? [] : [...run.metrics.keys()];
    const tested = metrics.filter((metric) => run.tryPlan(metric).some(isPicked));
    const cases = [...new Set([...held, ...tested])].flatMap((metric) => run.tryPlan(metric));
    this.#planned = scope === 'some' ? cases.filter(isPicked) : cases;
  }

  add(subject: Case, { verdict, red, sentences, paired, pairings, waiting }: Ruling, target: Target | null): void {
    const name = caseName(subject);
    if (this.#entries.has(name)) this.#twice.push(name);
    this.#entries.set(name, { case: subject, verdict, red, sentences, paired, pairings, waiting, target });
  }

  entries(): readonly Entry[] {
    return [...this.#entries.values()];
  }

  find(metric: string, id: string): Entry | undefined {
    return this.#entries.get(`${metric} ${id}`);
  }

  /** How many verdicts there have to be. */
  planned(): number {
    return this.scope === 'some' ? Math.max(this.#entries.size, this.#planned.length) : this.#planned.length;
  }

  /** Sentences about cases that have no verdict, or two, and about a run that proves nothing. */
  problems(): readonly string[] {
    const silent = this.#planned.filter((subject) => !this.#entries.has(caseName(subject)));
    return [
      ...silent.map((subject) => `${caseName(subject)} was planned and has no verdict`),
      ...this.#twice.map((name) => `${name} has more than one verdict`),
      ...(this.#ranNothing() ? ['no backend is here: no model was opened'] : []),
    ];
  }

  /** Sentences about blessed values that nobody can hold any more; a bless of everything removes them. */
  forgotten(): readonly string[] {
    const { baselines } = this.#run;
    if (this.scope !== 'whole') return [];
    const blessed = [...baselines.portable.values(), ...baselines.machine.values()];
    return obsoleteValues(blessed, this.#run.alive()).map(
      ({ path, model, metric, key }) =>
        `${metric} ${model}/${key} was blessed and is no case any more (${path}): restore it, or bless everything to remove it`,
    );
  }

  /** After a bless: the same targets and pairs against what is committed now. */
  judgeAgain(): void {
    for (const [name, { case: subject, target, pairings, waiting }] of this.#entries) {
      if (target === null) continue;
      const answer = this.#run.answer(subject, { ok: true, value: target }, [], { pairings, waiting });
      const ruling = judgeAnswer(this.#run.metric(subject.metric), answer);
      this.#entries.set(name, { case: subject, target, ...ruling });
    }
  }

  /** Whether not one case ran a model, be it that none was asked for. */
  openedNothing(): boolean {
    return !this.entries().some((entry) => entry.case.backend !== null && isHere(entry));
  }

  /** Sizes need no backend: alone they would make a machine without any look on par. */
  #ranNothing(): boolean {
    const opened = this.entries().filter(({ case: { backend } }) => backend !== null);
    return this.scope !== 'some' && opened.length > 0 && !opened.some(isHere);
  }
}
