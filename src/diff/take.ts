/**
 * Takes both sides of every case: the same inputs and images in a worker of each version, then process pairs of whatever differs.
 * A case that runs on nothing that differs is the same without being run.
 */
import { armsOf, backendsOf, inputsOf } from '../base/arms.ts';
import { takeLogits } from '../broker/accuracy.ts';
import { Broker } from '../broker/broker.ts';
import { Once } from '../broker/once.ts';
import type { Seat } from '../broker/seats.ts';
import type { VersionedCase } from '../broker/versions.ts';
import { compareAnswers, takeAnswers } from '../broker/answers.ts';
import type { Expected } from '../broker/answers.ts';
import type { Case } from '../cases/case.ts';
import { depthOf } from '../cases/plan.ts';
import { backendOf } from '../cases/project.ts';
import { readDataset } from '../datasets/dataset.ts';
import type { Dataset } from '../datasets/dataset.ts';
import { batchesOf, bytesOf } from '../models/card.ts';
import { readReference } from '../models/reference.ts';
import type { Reference } from '../models/reference.ts';
import { defaultAccuracyTolerance } from '../judge/accuracy.ts';
import { pairSuite } from '../run/pair-suite.ts';
import { readDeadline } from '../workers/deadline.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Worker } from '../workers/worker.ts';
import { blank, canFeed, caseOn, feeding, oneSided, placeChanges, reasonIn, reasonOf } from './both.ts';
import { toleranceOf, withoutBase } from './both.ts';
import type { Both, OfBoth } from './both.ts';
import type { Accuracy, Column, Graph, Latency, Parity, Row } from './diff.generated.ts';
import { accuracyMove } from './decided.ts';
import { compareDrawn, takeDrawn } from './drawn.ts';
import { graphOf, takeKernels } from './graph.ts';
import * as moves from './moves.ts';
import { affordable } from './images.ts';
import type { Place } from './places.ts';
import type { DiffSide, Sides } from './sides.ts';

export interface TakeOptions {
  readonly places: readonly Place[];
  /** Ends the names of traces, so that those of another base stay. */
  readonly ending: string;
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
    const broker = ({ root, project, threads }: DiffSide): Broker =>
      // Single latencies are never asked for: pairs have their own plan.
      new Broker(project, { deadline, processes: 0, patience: 0, budget: 0, backends: backendsOf(root), threads });
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
    if (!arms.found) return withoutBase(place, base.label, arms.reason);
    const both: Both = {
      place,
      base: { ...arms.base, backend: base.backend ?? backend, threads: base.threads },
      ours: { ...arms.ours, backend: ours.backend ?? backend, threads: ours.threads },
    };
    const timed = [...arms.differs, ...placeChanges(both.base, both.ours)];
    const fed = feeding(arms.base, subject) === feeding(arms.ours, subject);
    const differs = [...timed, ...(fed ? [] : ['the card'])];
    const remark = await this.#absence(both, differs.length > 0);
    if (remark !== null) return { ...blank(place), differs, remark };
    return { ...blank(place), differs, ...(await this.#columns(both, differs, timed.length > 0)) };
  }

  /** `timed`: whether anything differs that a call's duration depends on. */
  async #columns(both: Both, differs: readonly string[], timed: boolean): Promise<Partial<Row>> {
    const isSame = differs.length === 0;
    const graphed = timed && (this.#asks('size') || this.#asks('latency'));
    const [before, after] = [bytesOf(both.base.artifact), bytesOf(both.ours.artifact)];
    return {
      ...(this.#asks('size') && { size: moves.sizeMove(before, after) }),
      ...(this.#asks('latency') && { latency: timed ? this.#contend(both) : moves.blankLatency('same') }),
      ...(this.#asks('parity') && { parity: isSame ? moves.blankParity('same') : await this.#parity(both) }),
      ...(this.#asks('accuracy') && { accuracy: await this.#accuracy(both, isSame) }),
      ...(graphed && { graph: await this.#graph(both) }),
    };
  }

  #asks(column: Column): boolean {
    return this.#options.columns.includes(column);
  }

  /** Null where both sides can run it. Where nothing differs, one answers for both. */
  async #absence({ base: theirs, ours: own }: Both, differs: boolean): Promise<Row['remark']> {
    const ours = await reasonOf(this.#ours, own);
    const base = differs ? await reasonOf(this.#base, theirs) : ours;
    return ours === null && base === null ? null : moves.failureMove(this.#sides.base.label, { base, ours });
  }

  async #parity(both: Both): Promise<Parity> {
    const { model } = both.ours;
    if (model.drawn !== undefined) {
      const drawn = await this.#onBoth(both, both.place.subject, takeDrawn);
      if (!drawn.ok) return moves.blankParity(drawn.move, drawn.sentence);
      return moves.parityMove([compareDrawn(both, drawn.base, drawn.ours)]);
    }
    const reference = await this.#reference(both);
    if (reference === null) return moves.blankParity('none', `the card of ${model.card.id} has no reference`);
    if (inputsOf(both.base) !== inputsOf(both.ours)) return moves.blankParity('none', 'the sides take other inputs');
    const answers = await this.#onBoth(both, both.place.subject, (worker, arm) =>
      takeAnswers(worker, arm.model.card, arm.artifact, reference, arm.backend),
    );
    if (!answers.ok) return moves.blankParity(answers.move, answers.sentence);
    const tolerance = toleranceOf(both);
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
    const take = (images: number): Promise<OfBoth<Tensor>> =>
      this.#onBoth(both, subject, (worker, { model: { card }, artifact, backend }) =>
        takeLogits({ worker, card, artifact, dataset, reference: null, images, maxBatch: backend.limits.maxBatch }),
      );
    const asked = subject.images ?? dataset.card.count;
    const images = depthOf(this.#options.env) === 'full' ? asked : await affordable(asked, take);
    const logits = await take(images);
    if (!logits.ok) return moves.blankAccuracy(logits.move, logits.sentence);
    const { base, ours } = logits;
    const tolerance = toleranceOf(both)(ours.dtype);
    const budget = { ...defaultAccuracyTolerance, ...both.ours.model.card.tolerances?.[subject.artifact] };
    const labels = dataset.labels.subarray(0, images);
    return accuracyMove({ base, ours, labels, images: dataset.card.count, tolerance, budget });
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
  async #onBoth<T>(both: Both, subject: Case, take: (worker: Worker, arm: Seat) => Promise<T>): Promise<OfBoth<T>> {
    const { base: theirs, ours: own } = this.#sides;
    const [base, ours] = await Promise.all([
      this.#base.ask(caseOn(subject, theirs), (worker) => take(worker, both.base)),
      this.#ours.ask(caseOn(subject, own), (worker) => take(worker, both.ours)),
    ]);
    if (base.ok && ours.ok) return { ok: true, base: base.value, ours: ours.value };
    const failed = { base: reasonIn(base), ours: reasonIn(ours) };
    return { ok: false, ...moves.failureMove(this.#sides.base.label, failed) };
  }

  /** What cannot be said is left unsaid: it judges nothing. */
  async #graph(both: Both): Promise<Graph | null> {
    const kernels = await this.#onBoth(both, both.place.subject, takeKernels);
    return kernels.ok ? graphOf(kernels.base, kernels.ours) : null;
  }

  /** Pairs are fed with the references of both cards. What is returned stands until they are taken. */
  #contend({ place: { id, subject }, base, ours }: Both): Latency {
    if (!canFeed(base) || !canFeed(ours))
      return moves.blankLatency('none', 'a call needs the inputs of a reference, and a card has none');
    const batch = batchesOf(ours.model.card)[0] ?? 1;
    const { threads } = ours;
    this.#contests.push({
      name: `${id}${this.#options.ending}`,
      subject: { ...subject, metric: 'latency', batch, threads },
      base,
      ours,
    });
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
      const paired = taken.get(`${row.case}${this.#options.ending}`);
      return paired === undefined ? row : { ...row, latency: moves.pairedMove(paired) };
    });
  }
}
