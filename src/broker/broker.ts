/**
 * The broker owns all workers and measures what it is asked for, each thing once. Parity and accuracy run side by side, latency
 * alone on the machine. What a model or backend does wrong becomes part of the answer; only our own faults are thrown.
 */
import { availableParallelism } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import type { Backend } from '../backends/backend.ts';
import type { Case } from '../cases/case.ts';
import { backendOf } from '../cases/project.ts';
import type { Project } from '../cases/project.ts';
import type { Accuracy, ComparedAnswers, Latency, Source, Sources } from '../metrics/sources.ts';
import { bytesOf } from '../models/card.ts';
import type { Artifact } from '../models/card.ts';
import { feedsOf } from '../models/feeds.ts';
import type { Reference } from '../models/reference.ts';
import type { TensorMap } from '../tensor/tensor.ts';
import { separateCores } from '../workers/cores.ts';
import { pinnableCore } from '../workers/launch.ts';
import type { Worker } from '../workers/worker.ts';
import { takeAccuracy } from './accuracy.ts';
import { demandHere, probe } from './availability.ts';
import type { Availability } from './availability.ts';
import { takeLatency } from './latency.ts';
import { Materials, rowsFor } from './materials.ts';
import { attempt } from './measurement.ts';
import type { Measured } from './measurement.ts';
import { Once } from './once.ts';
import type { BrokerOptions } from './options.ts';
import { Parking } from './parking.ts';
import { takeRounds } from './rounds.ts';
import type { PairsTaken, RoundsOptions } from './rounds.ts';
import { seatedContests } from './seats.ts';
import { Slots } from './slots.ts';
import { nameOf, subjectOf } from './subject.ts';
import type { Subject } from './subject.ts';
import type { VersionedCase } from './versions.ts';
import { anchoredTo, compareAnswers, expectedOf, rangesFor, takeAnswers } from './answers.ts';
import type { Answers, Expected } from './answers.ts';
import { Workers } from './workers.ts';

/** With more of them it is the memory that is measured. */
const mostLanes = 2;

export class Broker {
  readonly #project: Project;
  readonly #options: BrokerOptions;
  readonly #materials: Materials;
  readonly #slots = new Slots(Math.max(1, availableParallelism()));
  readonly #parking = new Parking(Math.max(1, availableParallelism()));
  readonly #workers = new Workers();
  readonly #once = new Once();
  readonly #known = new Map<string, unknown>();
  /** Batch sizes that a latency was taken of, by its name. */
  readonly #batches = new Map<string, readonly number[]>();

  constructor(project: Project, options: BrokerOptions) {
    this.#project = project;
    this.#options = options;
    this.#materials = new Materials(project);
  }

  /** Whether a backend is here; probed once. */
  availability(backend: Backend): Promise<Availability> {
    // Loading a runtime may take seconds: the first answers come from this worker, which is as fresh as a new one.
    const park = (worker: Worker): Promise<void> => this.#parking.park(backend.id, worker);
    return this.#once.do(`backend ${backend.id}`, () =>
      this.#slots.shared(() => probe(backend, this.#project.root, () => this.#start(backend), park)),
    );
  }

  /** Bytes of an artifact's files, each checked against its card. */
  files(subject: Case): Promise<Measured<number>> {
    return this.#measured('files', subject, async () => {
      const { model, artifact } = subjectOf(this.#project, subject);
      await this.#materials.path(model, artifact, subject.artifact);
      return bytesOf(artifact);
    });
  }

  answers(subject: Case): Promise<Measured<ComparedAnswers>> {
    return this.#measured('answers', subject, async () => {
      const resolved = subjectOf(this.#project, subject);
      const answers = await this.#answers(resolved);
      const reference = await this.#materials.reference(resolved.model);
      const relations = await this.#relations(resolved, reference);
      const batches = compareAnswers(resolved.model.card, reference, answers, relations);
      return { batches, peakBytes: answers.peakBytes };
    });
  }

  accuracy(subject: Case): Promise<Measured<Accuracy>> {
    return this.#measured('accuracy', subject, async () => {
      const resolved = subjectOf(this.#project, subject);
      const { model, artifact, backend } = resolved;
      const { card } = model;
      const dataset = await this.#materials.dataset(model);
      // The answers go first: their worker must be fresh, for memory is read from it; accuracy may follow in the same one.
      if (card.reference !== undefined) await this.#answers(resolved);
      const reference = await this.#materials.logits(model);
      const images = subject.images ?? dataset.card.count;
      const { maxBatch } = backend.limits;
      const override = card.tolerances?.[subject.artifact];
      return this.#session(resolved, (worker) =>
        takeAccuracy({ worker, card, artifact, dataset, reference, images, maxBatch, override }),
      );
    });
  }

  /** Anything else that is asked of a case's open session. */
  ask<T>(subject: Case, body: (worker: Worker) => Promise<T>): Promise<Measured<T>> {
    return attempt(() => this.#session(subjectOf(this.#project, subject), body));
  }

  /** Batch sizes beyond the case's own are measured only where they are asked for, and other numbers of processes. */
  latency(
    subject: Case,
    batches: readonly number[] = [subject.batch ?? 1],
    processes = this.#options.processes,
  ): Promise<Measured<Latency>> {
    const name = nameOf('latency', subject);
    // What was taken of more batch sizes answers for fewer of them, never the other way.
    if (!batches.every((batch) => (this.#batches.get(name) ?? batches).includes(batch))) this.#once.forget(name);
    return this.#measured('latency', subject, async () => {
      this.#batches.set(name, batches);
      const { model, artifact, artifactId, backend } = await this.#available(subjectOf(this.#project, subject));
      const path = await this.#materials.path(model, artifact, artifactId);
      const reference = await this.#materials.reference(model);
      const { budget, patience } = this.#options;
      const feeds = (batch: number): TensorMap => feedsOf(model.card, artifact, rowsFor(reference, batch), 0, batch);
      const { threads } = subject;
      const start = (core: number | null): Worker => this.#start(backend, threads, core);
      return this.#slots.alone(() =>
        takeLatency({ start, path, feeds, batches, processes, patience, budget, threads }),
      );
    });
  }

  /**
   * What fresh processes say after a pause, seconds, where `seen` alarmed; the report then shows these. Each set has one successor: load,
   * first and latency share their sets, and whichever of them alarmed on one is confirmed by processes that started later.
   */
  confirmLatency(subject: Case, seen: Measured<Latency>, pause: number): Promise<Measured<Latency>> {
    return this.#once.do(seen, async () => {
      // Interrupted by closing: then the measurement after it is refused.
      await setTimeout(pause * 1e3, null, { signal: this.#workers.closing }).catch(() => null);
      this.#once.forget(nameOf('latency', subject));
      return this.latency(subject, seen.ok ? seen.value.batches.map(({ batch }) => batch) : undefined);
    });
  }

  /** Process pairs of two versions of each case, and nothing else on the machine; see rounds.ts. */
  async pairs(
    contests: readonly VersionedCase[],
    options: Pick<RoundsOptions, 'random' | 'ruleOf' | 'tell' | 'graphs'>,
  ): Promise<ReadonlyMap<string, PairsTaken>> {
    const backend = ({ backend: id }: Case): Backend => backendOf(this.#project, id ?? '');
    const { able, unable } = await seatedContests(contests, backend, this.#options.deadline);
    const alone = <T>(body: () => Promise<T>): Promise<T> => this.#slots.alone(body);
    const lanes = pinnableCore() === null ? [] : separateCores(mostLanes);
    return new Map([...unable, ...(await takeRounds(able, { ...options, workers: this.#workers, alone, lanes }))]);
  }

  /** What has been measured already; undefined where nobody asked. */
  known<K extends Source>(kind: K, subject: Case): Measured<Sources[K]> | undefined {
    return this.#known.get(nameOf(kind, subject)) as Measured<Sources[K]> | undefined;
  }

  /** Ends every worker; what has no answer yet is rejected. */
  close(): Promise<void> {
    return this.#workers.close();
  }

  async #available(subject: Subject): Promise<Subject> {
    demandHere(subject.backend.id, await this.availability(subject.backend));
    return subject;
  }

  #answers(subject: Subject): Promise<Answers> {
    const { model, artifact, artifactId, backend } = subject;
    return this.#once.do(`answers ${model.card.id}/${artifactId}/${backend.id}`, async () => {
      const reference = await this.#materials.reference(model);
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
    const override = model.card.tolerances?.[artifactId];
    return (batch) => {
      const same = answers.value.batches.find((entry) => entry.batch === batch);
      return same === undefined ? [trusted] : [trusted, anchoredTo(anchor.id, same, override)];
    };
  }

  /** The first backend that opens this format and is here. */
  async #anchorOf({ format }: Artifact): Promise<Backend | undefined> {
    for (const backend of this.#project.backends) {
      if (backend.formats.includes(format) && (await this.availability(backend)).available) return backend;
    }
    return undefined;
  }

  /** Runs `body` with a worker that has the artifact open: a parked one, else a fresh one. It is parked again, or ended if it failed. */
  async #session<T>(subject: Subject, body: (worker: Worker) => Promise<T>): Promise<T> {
    const { model, artifact, artifactId, backend } = await this.#available(subject);
    const path = await this.#materials.path(model, artifact, artifactId);
    const ranges = backend.builds ? rangesFor(subject, await this.#materials.reference(model)) : {};
    const name = `${model.card.id}/${artifactId}/${backend.id}`;
    return this.#slots.shared(async () => {
      const parked = this.#parking.take(name);
      const worker = parked ?? this.#parking.take(backend.id) ?? this.#start(backend);
      try {
        if (parked === undefined) await worker.open(path, ranges);
        const result = await body(worker);
        await this.#parking.park(name, worker);
        return result;
      } catch (error) {
        await worker.close();
        throw error;
      }
    });
  }

  #start(backend: Backend, threads = this.#options.threads ?? 1, core: number | null = null): Worker {
    return this.#workers.start(backend, { ...this.#options, root: this.#project.root, threads, core });
  }

  #measured<K extends Source>(kind: K, subject: Case, take: () => Promise<Sources[K]>): Promise<Measured<Sources[K]>> {
    const name = nameOf(kind, subject);
    return this.#once.do(name, async () => {
      const measured = await attempt(take);
      // A worker that closing has killed did not crash.
      this.#workers.closing.throwIfAborted();
      this.#known.set(name, measured);
      return measured;
    });
  }
}
