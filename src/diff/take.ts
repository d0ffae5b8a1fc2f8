/**
 * Takes both sides of every case: the same inputs and images in a worker of each version, then process pairs of whatever differs.
 * A case that runs on nothing that differs is the same without being run.
 */
import { armsOf, backendsOf } from '../base/arms.ts';
import type { Arm } from '../base/arms.ts';
import type { Side } from '../base/base.ts';
import { takeLogits } from '../broker/accuracy.ts';
import { Broker } from '../broker/broker.ts';
import type { Measured } from '../broker/measurement.ts';
import { Once } from '../broker/once.ts';
import type { VersionedCase } from '../broker/versions.ts';
import { compareAnswers, takeAnswers } from '../broker/visit.ts';
import type { Expected } from '../broker/visit.ts';
import type { Case } from '../cases/case.ts';
import { backendOf } from '../cases/project.ts';
import { readDataset } from '../datasets/dataset.ts';
import type { Dataset } from '../datasets/dataset.ts';
import { batchesOf, bytesOf } from '../models/card.ts';
import { readReference } from '../models/reference.ts';
import type { Reference } from '../models/reference.ts';
import { pairSuite } from '../run/pair-suite.ts';
import { readDeadline } from '../workers/deadline.ts';
import type { Worker } from '../workers/worker.ts';
import { blank, feeding, inputsOf, oneSided, toleranceOf } from './both.ts';
import type { Both } from './both.ts';
import type { Accuracy, Column, Latency, Parity, Row } from './diff.generated.ts';
import * as moves from './moves.ts';
import type { Place } from './places.ts';
import type { Sides } from './sides.ts';

export interface TakeOptions {
  readonly places: readonly Place[];
  readonly columns: readonly Column[];
  readonly env: NodeJS.ProcessEnv;
  readonly fingerprint: string;
  readonly progress: { start(total: number): void; step(label: string): void; show(label: string): void };
}

export async function takeDiff(sides: Sides, options: TakeOptions): Promise<readonly Row[]> {
  const taking = new Taking(sides, options);
  try {
    return await taking.all();
  } finally {
    await taking.close();
  }
}

class Taking {
  readonly #sides: Sides;
  readonly #options: TakeOptions;
  readonly #base: Broker;
  readonly #ours: Broker;
  readonly #once = new Once();
  readonly #contests: VersionedCase[] = [];

  constructor(sides: Sides, options: TakeOptions) {
    this.#sides = sides;
    this.#options = options;
    const deadline = readDeadline(options.env);
    const broker = ({ root, project }: Side): Broker =>
      // Single latencies are never asked for: pairs have their own plan.
      new Broker(project, { deadline, processes: 0, patience: 0, budget: 0, backends: backendsOf(root) });
    this.#base = broker(sides.base);
    this.#ours = broker(sides.ours);
  }

  async all(): Promise<readonly Row[]> {
    const { places, progress } = this.#options;
    progress.start(places.length);
    const rows: Row[] = [];
    for (const place of places) {
      progress.show(place.id);
      rows.push(await this.#take(place));
      progress.step(place.id);
    }
    return this.#withLatency(rows);
  }

  async close(): Promise<void> {
    await Promise.all([this.#base.close(), this.#ours.close()]);
  }

  async #take(place: Place): Promise<Row> {
    const { base, ours } = this.#sides;
    const { subject, has } = place;
    if (has !== 'both') return oneSided(place, has === 'base', base.label);
    const backend = backendOf(ours.project, subject.backend ?? '');
    const arms = await armsOf(base, ours, subject, backend);
    if (!arms.found) throw new Error(arms.reason);
    const both: Both = { place, backend, base: arms.base, ours: arms.ours };
    const differs = [
      ...arms.differs,
      ...(feeding(arms.base, subject) === feeding(arms.ours, subject) ? [] : ['the card']),
    ];
    const remark = await this.#absence(both, differs.length > 0);
    if (remark !== null) return { ...blank(place), differs, remark };
    return { ...blank(place), differs, ...(await this.#columns(both, differs, arms.differs.length > 0)) };
  }

  /** `timed`: whether anything differs that a call's duration depends on. */
  async #columns(both: Both, differs: readonly string[], timed: boolean): Promise<Partial<Row>> {
    const isSame = differs.length === 0;
    const [before, after] = [bytesOf(both.base.artifact), bytesOf(both.ours.artifact)];
    return {
      ...(this.#asks('size') && { size: moves.sizeMove(before, after) }),
      ...(this.#asks('latency') && { latency: timed ? this.#contend(both) : moves.blankLatency('same') }),
      ...(this.#asks('parity') && { parity: isSame ? moves.blankParity('same') : await this.#parity(both) }),
      ...(this.#asks('accuracy') && { accuracy: await this.#accuracy(both, isSame) }),
    };
  }

  #asks(column: Column): boolean {
    return this.#options.columns.includes(column);
  }

  /** Null where both sides can run it. Where nothing differs, one answers for both. */
  async #absence({ backend }: Both, differs: boolean): Promise<Row['remark']> {
    const reasonOf = async (broker: Broker): Promise<string | null> => {
      const found = await broker.availability(backend);
      return found.available ? null : `not here: ${found.reason}`;
    };
    const ours = await reasonOf(this.#ours);
    const base = differs ? await reasonOf(this.#base) : ours;
    return ours === null && base === null ? null : moves.failureMove(this.#sides.base.label, { base, ours });
  }

  async #parity(both: Both): Promise<Parity> {
    const { model } = both.ours;
    const reference = await this.#reference(both);
    if (reference === null) return moves.blankParity('none', `the card of ${model.card.id} has no reference`);
    if (inputsOf(both.base) !== inputsOf(both.ours)) return moves.blankParity('none', 'the sides take other inputs');
    const answers = await this.#onBoth(both, both.place.subject, (worker, arm) =>
      takeAnswers(worker, arm.model.card, arm.artifact, reference, both.backend),
    );
    if (!answers.ok) return moves.blankParity(answers.move, answers.sentence);
    const tolerance = toleranceOf(both, reference);
    const expected = (batch: number): readonly Expected[] =>
      answers.base.batches
        .filter((each) => each.batch === batch)
        .map(({ rows, outputs }) => ({ against: this.#sides.base.label, rows, outputs, tolerance }));
    const compared = compareAnswers(model.card, reference, answers.ours, expected);
    return moves.parityMove(
      compared.flatMap(({ batch, relations }) => relations.map(({ comparison }) => ({ batch, comparison }))),
    );
  }

  /** The working tree's images on both sides; null where the model has none. */
  async #accuracy(both: Both, isSame: boolean): Promise<Accuracy | null> {
    const subject = both.place.accuracy;
    if (subject === null || isSame) return subject === null ? null : moves.blankAccuracy('same');
    const dataset = await this.#dataset(both);
    if (typeof dataset === 'string') return moves.blankAccuracy('none', dataset);
    const images = subject.images ?? dataset.card.count;
    const asked = { dataset, reference: null, images, maxBatch: both.backend.limits.maxBatch };
    const logits = await this.#onBoth(both, subject, (worker, { model: { card }, artifact }) =>
      takeLogits({ worker, card, artifact, ...asked }),
    );
    if (!logits.ok) return moves.blankAccuracy(logits.move, logits.sentence);
    const { base, ours } = logits;
    const tolerance = toleranceOf(both, await this.#reference(both))(ours.dtype);
    return moves.accuracyMove({ base, ours, labels: dataset.labels.subarray(0, images), tolerance });
  }

  /** Or why there is none. */
  async #dataset({ base, ours }: Both): Promise<Dataset | string> {
    const { dataset: id = '' } = ours.model.card;
    if (base.model.card.dataset !== id) return 'the sides have other data sets';
    const found = this.#sides.ours.project.datasets.get(id);
    if (found === undefined) throw new Error(`no data set ${id}`);
    const { card, located } = found;
    return located.found ? this.#once.do(`dataset ${id}`, () => readDataset(card, located.folder)) : located.reason;
  }

  #reference({ ours: { model } }: Both): Promise<Reference | null> {
    return this.#once.do(`reference ${model.card.id}`, () => readReference(model));
  }

  /** At the same time: answers are judged, not timed. */
  async #onBoth<T>(both: Both, subject: Case, take: (worker: Worker, arm: Arm) => Promise<T>): Promise<OfBoth<T>> {
    const [base, ours] = await Promise.all([
      this.#base.ask(subject, (worker) => take(worker, both.base)),
      this.#ours.ask(subject, (worker) => take(worker, both.ours)),
    ]);
    if (base.ok && ours.ok) return { ok: true, base: base.value, ours: ours.value };
    const failed = { base: reasonIn(base), ours: reasonIn(ours) };
    return { ok: false, ...moves.failureMove(this.#sides.base.label, failed) };
  }

  /** Pairs are fed with the references of both cards. What is returned stands until they are taken. */
  #contend({ place: { id, subject }, base, ours }: Both): Latency {
    if (base.model.card.reference === undefined || ours.model.card.reference === undefined)
      return moves.blankLatency('none', 'a call needs the inputs of a reference, and a card has none');
    const batch = batchesOf(ours.model.card)[0] ?? 1;
    this.#contests.push({ name: id, subject: { ...subject, metric: 'latency', batch }, base, ours });
    return moves.blankLatency('undecided');
  }

  async #withLatency(rows: readonly Row[]): Promise<readonly Row[]> {
    if (this.#contests.length === 0) return rows;
    // What nothing more is asked of must not compete with what is timed.
    await this.#base.close();
    const { progress, fingerprint } = this.#options;
    const { base, ours } = this.#sides;
    const taken = await pairSuite(this.#contests, {
      broker: this.#ours,
      against: base.label,
      tell: (line) => progress.show(line),
      show: (line) => progress.show(line),
      root: ours.root,
      fingerprint,
    });
    return rows.map((row) => {
      const paired = taken.get(row.case);
      if (paired === undefined) return row;
      return {
        ...row,
        latency: paired.ok
          ? moves.latencyMove(paired.judgement, paired.trace)
          : moves.blankLatency(
              paired.arm === 'ours' ? 'worse' : 'undecided',
              `no pairs (${paired.arm}): ${paired.reason}`,
            ),
      };
    });
  }
}

/** What both sides answered, or how the failure counts. */
type OfBoth<T> =
  | { readonly ok: true; readonly base: T; readonly ours: T }
  | ({ readonly ok: false } & ReturnType<typeof moves.failureMove>);

const reasonIn = (measured: Measured<unknown>): string | null =>
  measured.ok ? null : `${measured.failure.kind}: ${measured.failure.reason}`;
