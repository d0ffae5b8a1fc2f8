/**
 * The broker owns all workers and measures what it is asked for, each thing once. Parity and accuracy run side by side, latency
 * alone on the machine. What a model or backend does wrong becomes part of the answer; only our own faults are thrown.
 */
import { availableParallelism } from 'node:os';
import type { Backend } from '../backends/backend.ts';
import type { Case } from '../cases/case.ts';
import { backendOf, modelOf } from '../cases/project.ts';
import type { Project } from '../cases/project.ts';
import { readDataset } from '../datasets/dataset.ts';
import type { Dataset } from '../datasets/dataset.ts';
import { verifyArtifact } from '../models/artifact.ts';
import { bytesOf } from '../models/card.ts';
import type { Artifact, Model } from '../models/card.ts';
import { feedsOf } from '../models/feeds.ts';
import { readDatasetLogits, readReference } from '../models/reference.ts';
import type { Reference } from '../models/reference.ts';
import { concatRows } from '../tensor/tensor.ts';
import type { TensorMap } from '../tensor/tensor.ts';
import { Worker } from '../workers/worker.ts';
import { takeAccuracy } from './accuracy.ts';
import { probe } from './availability.ts';
import type { Availability } from './availability.ts';
import { takeLatency } from './latency.ts';
import type { Accuracy, Latency, Source, Sources, Visit } from '../metrics/sources.ts';
import { attempt, Unavailable } from './measurement.ts';
import type { Measured } from './measurement.ts';
import { Parking } from './parking.ts';
import { Slots } from './slots.ts';
import { anchoredTo, compareAnswers, expectedOf, takeAnswers } from './visit.ts';
import type { Answers, Expected } from './visit.ts';

export interface BrokerOptions {
  /** Deadline of every call to a worker, seconds. */
  readonly deadline: number;
  /** Fresh processes a latency case takes. */
  readonly processes: number;
  /** Measuring time a batch size takes in one process, seconds. */
  readonly budget: number;
}

/** Metrics share measurements: load, first and latency come from the same processes, parity and memory from one visit. */
const nameOf = (kind: string, { model, artifact, backend, threads }: Case): string => [kind, model, artifact, backend, threads].join(' ');

interface Subject {
  readonly model: Model;
  readonly artifact: Artifact;
  readonly artifactId: string;
  readonly backend: Backend;
}

export class Broker {
  readonly #project: Project;
  readonly #options: BrokerOptions;
  readonly #slots = new Slots(Math.max(1, availableParallelism()));
  readonly #workers = new Set<Worker>();
  readonly #parking = new Parking(Math.max(1, availableParallelism()));
  readonly #once = new Map<string, Promise<unknown>>();
  readonly #known = new Map<string, unknown>();

  constructor(project: Project, options: BrokerOptions) {
    this.#project = project;
    this.#options = options;
  }

  /** Whether a backend is here; probed once. */
  availability(backend: Backend): Promise<Availability> {
    return this.#remember(`backend ${backend.id}`, () => this.#slots.shared(() => probe(backend, this.#workerOptions(1))));
  }

  /** Bytes of an artifact's files, each checked against its card. */
  files(subject: Case): Promise<Measured<number>> {
    return this.#measured('files', subject, async () => {
      const { model, artifact } = this.#subject(subject);
      await this.#verified(model, artifact, subject.artifact);
      return bytesOf(artifact);
    });
  }

  visit(subject: Case): Promise<Measured<Visit>> {
    return this.#measured('visit', subject, async () => {
      const resolved = this.#subject(subject);
      const answers = await this.#answers(resolved);
      const reference = await this.#reference(resolved.model);
      const relations = await this.#relations(resolved, reference);
      return { batches: compareAnswers(resolved.model.card, reference, answers, relations), peakBytes: answers.peakBytes };
    });
  }

  accuracy(subject: Case): Promise<Measured<Accuracy>> {
    return this.#measured('accuracy', subject, async () => {
      const resolved = this.#subject(subject);
      const { model, artifact, backend } = resolved;
      const dataset = await this.#dataset(model);
      // The visit goes first: its worker must be fresh, for memory is read from it; accuracy may follow in the same one.
      if (model.card.reference !== undefined) await this.#answers(resolved);
      const reference = await this.#remember(`logits ${model.card.id}`, () => readDatasetLogits(model));
      return this.#session(resolved, (worker) =>
        takeAccuracy({ worker, card: model.card, artifact, dataset, reference, images: subject.images ?? dataset.card.count, maxBatch: backend.limits.maxBatch }),
      );
    });
  }

  /** Batch sizes beyond the case's own are measured only where they are asked for. */
  latency(subject: Case, batches: readonly number[] = [subject.batch ?? 1]): Promise<Measured<Latency>> {
    return this.#measured('latency', subject, async () => {
      const { model, artifact, artifactId, backend } = await this.#available(this.#subject(subject));
      const path = await this.#verified(model, artifact, artifactId);
      const reference = await this.#reference(model);
      const { processes, budget } = this.#options;
      const feeds = (batch: number): TensorMap => feedsOf(model.card, artifact, cycled(reference, batch), 0, batch);
      const options = this.#workerOptions(subject.threads);
      return this.#slots.alone(() => takeLatency({ backend, path, feeds, batches, processes, budget, options }));
    });
  }

  /** Fresh processes once more, to confirm what the first ones said; the report then shows these. */
  confirmLatency(subject: Case): Promise<Measured<Latency>> {
    return this.#remember(nameOf('confirmed', subject), () => {
      this.#once.delete(nameOf('latency', subject));
      return this.latency(subject);
    });
  }

  /** What has been measured already; undefined where nobody asked. */
  known<K extends Source>(kind: K, subject: Case): Measured<Sources[K]> | undefined {
    return this.#known.get(nameOf(kind, subject)) as Measured<Sources[K]> | undefined;
  }

  /** Ends every worker. */
  async close(): Promise<void> {
    await Promise.all([this.#parking.close(), ...[...this.#workers].map((worker) => worker.close())]);
  }

  #subject({ model: modelId, artifact: artifactId, backend: backendId }: Case): Subject {
    const model = modelOf(this.#project, modelId);
    const artifact = model.card.artifacts[artifactId];
    if (artifact === undefined) throw new Error(`model ${modelId} has no artifact ${artifactId}`);
    const fallback = this.#project.backends[0];
    const backend = backendId === null ? fallback : backendOf(this.#project, backendId);
    if (backend === undefined) throw new Error('no backend');
    return { model, artifact, artifactId, backend };
  }

  async #available(subject: Subject): Promise<Subject> {
    const found = await this.availability(subject.backend);
    if (!found.available) throw new Unavailable(subject.backend.id, `${found.reason}; ${subject.backend.bring}`);
    return subject;
  }

  #verified(model: Model, { files, format }: Artifact, id: string): Promise<string> {
    return this.#remember(`files ${model.card.id}/${id}`, () => verifyArtifact(model.folder, files, format));
  }

  async #reference(model: Model): Promise<Reference> {
    const reference = await this.#remember(`reference ${model.card.id}`, () => readReference(model));
    if (reference === null) throw new Unavailable(model.card.id, `the card of ${model.card.id} has no reference: parity needs one (README, "Add a model")`);
    return reference;
  }

  async #dataset(model: Model): Promise<Dataset> {
    const id = model.card.dataset ?? '';
    const entry = this.#project.datasets.get(id);
    if (entry === undefined) throw new Error(`model ${model.card.id} has no data set`);
    const { card, located } = entry;
    if (!located.found) throw new Unavailable(id, located.reason);
    return this.#remember(`dataset ${id}`, () => readDataset(card, located.folder));
  }

  #answers(subject: Subject): Promise<Answers> {
    const { model, artifact, artifactId, backend } = subject;
    return this.#remember(`answers ${model.card.id}/${artifactId}/${backend.id}`, async () => {
      const reference = await this.#reference(model);
      return this.#session(subject, (worker) => takeAnswers(worker, model.card, artifact, reference, backend));
    });
  }

  /** What an artifact's answers must agree with: the reference, and for a quantized one the same file on the anchor backend. */
  async #relations(subject: Subject, reference: Reference): Promise<(batch: number) => readonly Expected[]> {
    const { model, artifact, artifactId, backend } = subject;
    const trusted = expectedOf(model.card, artifactId, artifact, reference);
    const anchor = artifact.precision === 'int8' ? await this.#anchorOf(artifact) : undefined;
    if (anchor === undefined || anchor.id === backend.id) return () => [trusted];
    // An anchor that crashed is red in its own case; this one is judged by the reference alone.
    const answers = await attempt(() => this.#answers({ ...subject, backend: anchor }));
    if (!answers.ok) return () => [trusted];
    return (batch) => {
      const same = answers.value.batches.find((entry) => entry.batch === batch);
      return same === undefined ? [trusted] : [trusted, anchoredTo(anchor.id, same.outputs)];
    };
  }

  /** The first backend that opens this format and is here. */
  async #anchorOf({ format }: Artifact): Promise<Backend | undefined> {
    for (const backend of this.#project.backends) {
      if (backend.formats.includes(format) && (await this.availability(backend)).available) return backend;
    }
    return undefined;
  }

  /** Runs `body` with a worker that has the artifact open: a parked one, else a fresh one. It is parked afterwards, or ended if it failed. */
  async #session<T>(subject: Subject, body: (worker: Worker) => Promise<T>): Promise<T> {
    const { model, artifact, artifactId, backend } = await this.#available(subject);
    const path = await this.#verified(model, artifact, artifactId);
    const name = `${model.card.id}/${artifactId}/${backend.id}`;
    return this.#slots.shared(async () => {
      const parked = this.#parking.take(name);
      const worker = parked ?? new Worker(backend, this.#workerOptions(1));
      this.#workers.add(worker);
      try {
        if (parked === undefined) await worker.open(path);
        const result = await body(worker);
        await this.#parking.park(name, worker);
        return result;
      } catch (error) {
        await worker.close();
        throw error;
      } finally {
        this.#workers.delete(worker);
      }
    });
  }

  #workerOptions(threads: number): { root: string; threads: number; deadline: number; core: null } {
    return { root: this.#project.root, threads, deadline: this.#options.deadline, core: null };
  }

  #measured<K extends Source>(kind: K, subject: Case, measure: () => Promise<Sources[K]>): Promise<Measured<Sources[K]>> {
    const name = nameOf(kind, subject);
    return this.#remember(name, async () => {
      const measured = await attempt(measure);
      this.#known.set(name, measured);
      return measured;
    });
  }

  #remember<T>(key: string, measure: () => Promise<T>): Promise<T> {
    const known = this.#once.get(key) as Promise<T> | undefined;
    if (known !== undefined) return known;
    const fresh = measure();
    this.#once.set(key, fresh);
    return fresh;
  }
}

/** Reference inputs repeated until they fill a batch. */
function cycled({ inputs, rows }: Reference, batch: number): TensorMap {
  const times = Math.ceil(batch / rows);
  if (times <= 1) return inputs;
  return Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, concatRows(Array.from({ length: times }, () => value))]));
}
