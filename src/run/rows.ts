/** Rows of the report: one for each model x artifact x backend x batch x threads, from what was measured and judged. Nothing is measured here. */
import type { Parity } from '../baselines/baseline.generated.ts';
import type { Case } from '../cases/case.ts';
import { caseId } from '../cases/case.ts';
import type { Measured } from '../broker/measurement.ts';
import { worstRelation } from '../metrics/sources.ts';
import type { ComparedAnswers, Latency } from '../metrics/sources.ts';
import type { Subject } from '../broker/subject.ts';
import { batchesFor } from '../broker/answers.ts';
import { judgeParity, parityTarget } from '../judge/parity.ts';
import { bytesOf } from '../models/card.ts';
import { encodeNumber } from '../report/json.ts';
import type { CaseRow } from '../report/report.generated.ts';
import { median, toSample } from '../stats/sample.ts';
import { medianInterval } from '../stats/two-sample.ts';
import type { Run } from './run.ts';
import type { Verdicts } from './verdicts.ts';

/** Level of the intervals that are shown; fewer processes reach less, and say so. */
const shownLevel = 0.95;

/** `threads`: those of every row whose backend takes a number; an advisory row with the runtime's default comes beside them. */
export function caseRows(run: Run, verdicts: Verdicts, threads: number): readonly CaseRow[] {
  return run.project.models.flatMap((model) =>
    Object.entries(model.card.artifacts).flatMap(([id, artifact]) =>
      run.backends
        .filter((backend) => backend.formats.includes(artifact.format))
        .flatMap((backend) =>
          new Rows(run, verdicts, { model, artifact, artifactId: id, backend }).all(backend.takesThreads ? threads : 1),
        ),
    ),
  );
}

class Rows {
  readonly #run: Run;
  readonly #verdicts: Verdicts;
  readonly #place: Subject;

  constructor(run: Run, verdicts: Verdicts, place: Subject) {
    this.#run = run;
    this.#verdicts = verdicts;
    this.#place = place;
  }

  all(threads: number): readonly CaseRow[] {
    const { model, backend } = this.#place;
    // A filtered run shows what it asked for; a whole one shows everything, unavailable backends included.
    if (this.#verdicts.scope !== 'whole' && !this.#isKnown(threads)) return [];
    const [smallest = 1, ...larger] = batchesFor(model.card, backend);
    const rows = [smallest, ...larger].map((batch) => this.#row(batch, threads));
    const advisory = threads !== 0 && this.#run.broker.known('latency', this.#case({ threads: 0 })) !== undefined;
    return advisory ? [...rows, this.#row(smallest, 0, true)] : rows;
  }

  #isKnown(threads: number): boolean {
    const { broker } = this.#run;
    return (['answers', 'accuracy', 'latency'] as const).some(
      (kind) => broker.known(kind, this.#case({ threads: kind === 'latency' ? threads : 1 })) !== undefined,
    );
  }

  #row(batch: number, threads: number, advisory = false): CaseRow {
    const { model, artifact, artifactId, backend } = this.#place;
    return {
      id: caseId(this.#case({ batch, threads })),
      model: model.card.id,
      artifact: artifactId,
      precision: artifact.precision,
      backend: backend.id,
      batch,
      threads,
      ...this.#answers(batch, advisory),
      latency: this.#latency(batch, threads),
      size: { verdict: this.#verdictOf('size', { backend: null }) ?? 'skipped', bytes: bytesOf(artifact) },
    };
  }

  /** What the answers say, which took one thread: an advisory row has only its times. */
  #answers(batch: number, advisory: boolean): Pick<CaseRow, 'parity' | 'accuracy' | 'memory'> {
    const skipped = { verdict: 'skipped', reason: 'asked of one thread' };
    if (advisory)
      return { parity: { ...noParity, ...skipped }, accuracy: null, memory: { verdict: 'skipped', peakBytes: null } };
    return { parity: this.#parity(batch), accuracy: this.#accuracy(), memory: this.#memory() };
  }

  #case(part: Partial<Case>): Case {
    const { model, artifactId, backend } = this.#place;
    return {
      metric: '',
      model: model.card.id,
      artifact: artifactId,
      backend: backend.id,
      batch: null,
      threads: 1,
      images: null,
      ...part,
    };
  }

  #verdictOf(metric: string, part: Partial<Case>): string | undefined {
    return this.#verdicts.find(metric, caseId(this.#case(part)))?.verdict;
  }

  #parity(batch: number): CaseRow['parity'] {
    const answers = this.#run.broker.known('answers', this.#case({}));
    if (answers === undefined || !answers.ok)
      return { ...noParity, verdict: verdictOf(answers), reason: reasonOf(answers) };
    return this.#relation(answers.value, batch);
  }

  /** The verdict of this batch size alone: the gated one is the worst of all. */
  #relation(answers: ComparedAnswers, batch: number): CaseRow['parity'] {
    const found = worstRelation({ batches: answers.batches.filter((entry) => entry.batch === batch) });
    if (found === null) return { ...noParity, verdict: 'skipped', reason: 'not compared at this batch size' };
    const worst = found.relation;
    const { outputs } = worst.comparison;
    const subject = { ...this.#case({}), metric: 'parity' };
    const target = parityTarget(outputs, worst.comparison.vacuous, worst.against);
    const { baseline, context } = this.#run.answer(subject, { ok: true, value: target }, []);
    const { verdict, sentences } = judgeParity(target, (baseline as Parity | null) ?? undefined, context);
    return {
      verdict,
      reason: sentences[0] ?? null,
      maxAbs: outputs.length === 0 ? null : encodeNumber(Math.max(...outputs.map(({ maxAbs }) => maxAbs))),
      excess: encodeNumber(worst.comparison.excess),
      nmse: encodeNumber(Math.max(...outputs.map(({ nmse }) => nmse))),
      flips: found.batch.relations[0]?.comparison.flips ?? null,
      against: worst.against,
      ...(worst.explanation !== null && {
        histogram: {
          edges: [...worst.explanation.histogram.edges],
          counts: [...worst.explanation.histogram.counts],
        },
        worst: worst.explanation.worst.map((element) => ({
          index: [...element.index],
          actual: encodeNumber(element.actual),
          expected: encodeNumber(element.expected),
          difference: encodeNumber(element.difference),
          ulp: element.ulp === null ? null : encodeNumber(element.ulp),
        })),
      }),
    };
  }

  #latency(batch: number, threads: number): CaseRow['latency'] {
    const gated = threads === 1 && this.#verdictOf('latency', { batch, threads });
    const measured = this.#run.broker.known('latency', this.#case({ threads }));
    if (measured === undefined || !measured.ok)
      return {
        ...noLatency,
        gated: Boolean(gated),
        verdict: verdictOf(measured),
        reason: reasonOf(measured),
      };
    return {
      ...numbersOf(measured.value, batch),
      gated: Boolean(gated),
      verdict: gated || 'skipped',
      reason: gated
        ? null
        : threads === 0
          ? 'advisory: the default threads, on any core'
          : 'measured and shown, not gated',
    };
  }

  #accuracy(): CaseRow['accuracy'] {
    const { model } = this.#place;
    if (model.card.dataset === undefined) return null;
    const measured = this.#run.broker.known('accuracy', this.#case({}));
    const base = { dataset: model.card.dataset, n: null, correct: null, flips: null };
    if (measured === undefined || !measured.ok)
      return { ...base, verdict: verdictOf(measured), reason: reasonOf(measured) };
    const { n, correct, referenceCorrect } = measured.value;
    // Without a reference there is nothing that a decision could differ from.
    const flips = referenceCorrect === null ? null : measured.value.flips;
    return {
      ...base,
      n,
      correct,
      flips,
      verdict: this.#verdictOf('accuracy', { images: n }) ?? 'skipped',
      reason: null,
    };
  }

  #memory(): CaseRow['memory'] {
    const answers = this.#run.broker.known('answers', this.#case({}));
    return {
      verdict: this.#verdictOf('memory', {}) ?? verdictOf(answers),
      peakBytes: answers?.ok ? answers.value.peakBytes : null,
    };
  }
}

const verdictOf = (measured: Measured<unknown> | undefined): string =>
  measured === undefined || measured.ok ? 'skipped' : measured.failure.kind;

const reasonOf = (measured: Measured<unknown> | undefined): string | null =>
  measured === undefined ? 'not asked for in this run' : measured.ok ? null : measured.failure.reason;

const noParity = { maxAbs: null, excess: null, nmse: null, flips: null, against: null };
const noLatency = {
  gated: false,
  steady: null,
  interval: null,
  throughput: null,
  load: null,
  first: null,
  processes: 0,
  samples: [],
};

function numbersOf(
  { batches, load, first }: Latency,
  batch: number,
): Omit<CaseRow['latency'], 'verdict' | 'reason' | 'gated'> {
  const found = batches.find((entry) => entry.batch === batch);
  const start = { load: median(toSample(load)), first: median(toSample(first)) };
  if (found === undefined) return { ...noLatency, ...start };
  const sample = toSample(found.steady);
  const steady = median(sample);
  return {
    steady,
    // One process has no spread: ±0 would be a claim.
    interval: sample.length > 1 ? { ...medianInterval(sample, shownLevel) } : null,
    throughput: batch / steady,
    ...start,
    processes: sample.length,
    samples: [...sample],
  };
}
