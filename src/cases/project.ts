/** A project: the folder that holds fixtures, specs and baselines, with its cards read and checked. */
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { listBackends } from '../backends/registry.ts';
import { hostAt, idleBackends } from '../backends/runtimes/host.ts';
import type { Backend } from '../backends/backend.ts';
import { locateDataset, readDatasetCard } from '../datasets/dataset.ts';
import type { DatasetCard, Located } from '../datasets/dataset.ts';
import { decisionOutput, listModels, readModel } from '../models/card.ts';
import type { Model } from '../models/card.ts';
import { BadInput } from '../schema/bad-input.ts';

export interface Project {
  readonly root: string;
  readonly models: readonly Model[];
  readonly datasets: ReadonlyMap<string, { readonly card: DatasetCard; readonly located: Located }>;
  readonly backends: readonly Backend[];
  /** Those of which nothing is asked unless they are named, for their hardware is not here; with the reason. Absent: none. */
  readonly idle?: ReadonlyMap<string, string>;
}

/** Reads every card below root. Throws BadInput on the first one that is wrong, and where there is none at all. */
export async function readProject(root: string, env: NodeJS.ProcessEnv): Promise<Project> {
  const folders = await listModels(root);
  if (folders.length === 0) {
    throw new BadInput({
      what: 'no model card',
      where: join(root, 'fixtures', 'models'),
      fix: 'add fixtures/models/<id>/model.json ("Add a model" in the README of onpar), or give files: onpar compare a.onnx b.onnx',
    });
  }
  const models = await Promise.all(folders.map(readModel));
  const ids = new Set(models.flatMap(({ card }) => card.dataset ?? []));
  const cards = await Promise.all([...ids].map((id) => readDatasetCard(root, id)));
  const datasets = new Map(
    cards.map((card) => [card.id, { card, located: locateDataset(root, card, env['ONPAR_DATA']) }]),
  );
  for (const model of models) agreeOnClasses(model, datasets.get(model.card.dataset ?? '')?.card);
  const backends = await listBackends();
  return { root, models, datasets, backends, idle: idleBackends(backends, hostAt(root)) };
}

/** The nearest folder upwards that has fixtures/models; null outside any project. */
export function findRoot(from: string): string | null {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'fixtures', 'models'))) return folder;
    if (dirname(folder) === folder) return null;
  }
}

/** The same for commands that need a project. */
export function needRoot(from: string): string {
  const root = findRoot(from);
  if (root !== null) return root;
  throw new BadInput({
    what: 'no fixtures/models here or above: this is no project of onpar',
    where: from,
    fix: 'run it in a project with model cards; two files need none: onpar compare a.onnx b.onnx',
  });
}

/** Without models that are taken only where they are named: by a word that, up to a slash, occurs in their id. */
export const namedBy = (project: Project, words: readonly string[]): Project => ({
  ...project,
  models: project.models.filter(
    ({ card: { id, onDemand } }) => onDemand !== true || words.some((word) => id.includes(word.replace(/\/.*/, ''))),
  ),
});

/** Whether a word of a command line means this artifact or case: it occurs in the name, or is that of a case of it, pasted. */
export const isMeant = (id: string, word: string): boolean => id.includes(word) || word.startsWith(`${id}/`);

export function modelOf(project: Project, id: string): Model {
  const found = project.models.find(({ card }) => card.id === id);
  if (found === undefined) throw new Error(`no model ${id}`);
  return found;
}

export function backendOf(project: Project, id: string): Backend {
  const found = project.backends.find((backend) => backend.id === id);
  if (found === undefined) throw new Error(`no backend ${id}`);
  return found;
}

/** An accuracy computed under another order of labels is worth nothing: both cards state the classes, and must agree. */
function agreeOnClasses({ card, folder }: Model, dataset: DatasetCard | undefined): void {
  const classes = decisionOutput(card)?.classes;
  if (dataset === undefined || classes === undefined) return;
  const differs = classes.findIndex((name, index) => name !== dataset.classes[index]);
  if (differs < 0 && classes.length === dataset.classes.length) return;
  const index = differs < 0 ? Math.min(classes.length, dataset.classes.length) : differs;
  throw new BadInput({
    what: `class ${index} is '${classes[index] ?? 'missing'}' here and '${dataset.classes[index] ?? 'missing'}' in data set ${dataset.id}: one label order is wrong`,
    where: join(folder, 'model.json'),
    fix: 'state the classes in label order, the same in both cards',
  });
}

/** `narrowed`, in which whoever names a backend, as required or as one of few, hears of it; `all` means all that can be brought. */
export function heedingNames(
  { backends, idle = new Map() }: Project,
  narrowed: Project,
  required: 'all' | ReadonlySet<string>,
): Project {
  const isNamed = (id: string): boolean =>
    narrowed.backends.length < backends.length || (required !== 'all' && required.has(id));
  return { ...narrowed, idle: new Map([...idle].filter(([id]) => !isNamed(id))) };
}
