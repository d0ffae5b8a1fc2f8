/** What is swept: an artifact on a backend with rows to feed it. A file without a card gets one that says no more than the file does. */
import { basename, dirname } from 'node:path';
import type { Backend } from '../backends/backend.ts';
import { rowsFor } from '../broker/materials.ts';
import type { Subject } from '../broker/subject.ts';
import type { Artifact, Model, ModelCard } from '../models/card.ts';
import { feedsOf } from '../models/feeds.ts';
import type { Reference } from '../models/reference.ts';
import { tensorBytes } from '../tensor/tensor.ts';
import type { TensorMap } from '../tensor/tensor.ts';
import type { Replies } from '../workers/protocol.ts';

export interface SweepSubject extends Subject {
  /** model/artifact, or the file: what has the same one must give the same answers. */
  readonly name: string;
  readonly path: string;
  readonly reference: Reference;
}

export const feedsAt = ({ model, artifact, reference }: SweepSubject, batch: number): TensorMap =>
  feedsOf(model.card, artifact, rowsFor(reference, batch), 0, batch);

/** Of the feeds at a batch size, without making them. */
export const bytesAt = (subject: SweepSubject, batch: number): number =>
  Object.values(feedsAt(subject, 1)).reduce((sum, each) => sum + batch * tensorBytes(each).byteLength, 0);

type Inputs = Replies['open']['inputs'];

/** The size that every input's first axis is fixed at; null where one is free, or nothing is known of them. */
export function fixedBatch(inputs: Inputs): number | null {
  const [first = null, ...others] = inputs.map(({ dims: [axis = null] }) => axis);
  return typeof first === 'number' && others.every((axis) => typeof axis === 'number') ? first : null;
}

export interface OpenedFile {
  readonly file: string;
  readonly path: string;
  readonly format: Artifact['format'];
  readonly session: Pick<Replies['open'], 'inputs' | 'outputs'>;
  readonly drawn: TensorMap;
  readonly rows: number;
  readonly precision: Artifact['precision'];
}

/** One subject for each backend. */
export function subjectsOfFile(opened: OpenedFile, backends: readonly Backend[]): readonly SweepSubject[] {
  const { file, path, format, session, drawn, rows, precision } = opened;
  const fixed = fixedBatch(session.inputs) !== null;
  const artifact = { format, precision, files: [] } as unknown as Artifact;
  const card = {
    id: file,
    name: file,
    // Without axes an input is fed whole: its first one is no batch.
    inputs: session.inputs.map(({ name, dtype, dims }) => ({
      name,
      dtype,
      dims: fixed || typeof dims[0] !== 'number' ? dims : [],
    })),
    outputs: session.outputs,
    artifacts: { [basename(file)]: artifact },
  } as unknown as ModelCard;
  const model: Model = { card, folder: dirname(path) };
  const reference: Reference = { source: 'drawn', rows, inputs: drawn, outputs: {} };
  return backends.map((backend) => ({
    name: file,
    path,
    reference,
    model,
    artifact,
    artifactId: basename(file),
    backend,
  }));
}
