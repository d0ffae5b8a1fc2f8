/** What measuring needs from disk: verified artifacts, references, data sets. Each is read once; what is missing is said, not guessed. */
import type { Project } from '../cases/project.ts';
import { readDataset } from '../datasets/dataset.ts';
import type { Dataset } from '../datasets/dataset.ts';
import { referenceOf } from '../judge/policy.ts';
import type { Artifact, Model } from '../models/card.ts';
import { openable } from '../models/recipe/cache.ts';
import { readDatasetLogits, readReference } from '../models/reference.ts';
import type { Reference } from '../models/reference.ts';
import { cycledRows } from '../tensor/rows.ts';
import type { Tensor, TensorMap } from '../tensor/tensor.ts';
import { Unavailable } from './measurement.ts';
import { Once } from './once.ts';

export class Materials {
  readonly #project: Project;
  readonly #once = new Once();

  constructor(project: Project) {
    this.#project = project;
  }

  /** The path to open, after every file of the artifact was made if need be, and checked against its card. Rejects with BadInput. */
  path(model: Model, artifact: Artifact, id: string): Promise<string> {
    return this.#once.do(`files ${model.card.id}/${id}`, () => openable(model, artifact));
  }

  async reference(model: Model): Promise<Reference> {
    const { id } = model.card;
    const reference = await this.#once.do(`reference ${id}`, () => readReference(model));
    if (reference !== null) return reference;
    throw new Unavailable(
      referenceOf(id),
      `the card of ${id} has no reference: parity needs one ("Add a model" in the README of onpar)`,
    );
  }

  /** Reference logits over the data set; null where the card has none. */
  logits(model: Model): Promise<Tensor | null> {
    return this.#once.do(`logits ${model.card.id}`, () => readDatasetLogits(model));
  }

  async dataset(model: Model): Promise<Dataset> {
    const id = model.card.dataset ?? '';
    const entry = this.#project.datasets.get(id);
    if (entry === undefined) throw new Error(`model ${model.card.id} has no data set`);
    const { card, located } = entry;
    if (!located.found) throw new Unavailable(id, located.reason);
    return this.#once.do(`dataset ${id}`, () => readDataset(card, located.folder));
  }
}

/** Reference inputs, repeated until they fill a batch. */
export const rowsFor = ({ inputs, rows }: Pick<Reference, 'inputs' | 'rows'>, batch: number): TensorMap =>
  batch <= rows ? inputs : cycledRows(inputs, rows, rows, batch);
