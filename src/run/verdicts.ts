/** Collects verdicts and holds them against the plan: every planned case ends with exactly one, or the run says which did not. */
import type { Case } from '../cases/case.ts';
import { caseId } from '../cases/case.ts';
import type { Target } from '../metrics/metric.ts';
import type { Ruling } from './answer.ts';
import type { Run } from './run.ts';

export interface Entry extends Ruling {
  readonly case: Case;
  readonly target: Target | null;
}

const nameOf = (subject: Case): string => `${subject.metric} ${caseId(subject)}`;

export class Verdicts {
  readonly #entries = new Map<string, Entry>();
  readonly #planned: readonly Case[] | null;
  readonly #twice: string[] = [];

  /** `metrics`: those whose whole plan must be answered; null in a filtered run. */
  constructor(run: Run, metrics: ReadonlySet<string> | null) {
    this.#planned =
      metrics === null
        ? null
        : [...new Set([...metrics, ...blessedMetrics(run)])].flatMap((metric) => run.plan(metric));
  }

  add(subject: Case, { verdict, red, sentences }: Ruling, target: Target | null): void {
    const name = nameOf(subject);
    if (this.#entries.has(name)) this.#twice.push(name);
    this.#entries.set(name, { case: subject, verdict, red, sentences, target });
  }

  entries(): readonly Entry[] {
    return [...this.#entries.values()];
  }

  find(metric: string, id: string): Entry | undefined {
    return this.#entries.get(`${metric} ${id}`);
  }

  /** Null in a filtered run. */
  planned(): readonly Case[] | null {
    return this.#planned;
  }

  /** Sentences about cases that have no verdict, or two. */
  problems(): readonly string[] {
    const silent = (this.#planned ?? []).filter((subject) => !this.#entries.has(nameOf(subject)));
    return [
      ...silent.map((subject) => `${nameOf(subject)} was planned and has no verdict`),
      ...this.#twice.map((name) => `${name} has more than one verdict`),
    ];
  }
}

/** Metrics with portable blessed values: a spec that was deleted must not take its promise along. */
function blessedMetrics({ baselines, metrics }: Run): readonly string[] {
  const held = [...baselines.portable.values()].flatMap(({ baseline }) => Object.keys(baseline.values));
  return held.filter((id) => metrics.has(id));
}
