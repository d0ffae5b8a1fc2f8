/** Reads a model's card: fixtures/models/<id>/model.json. Refuses what its schema cannot express: names that do not belong together. */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { BadInput } from '../schema/bad-input.ts';
import { readJson, schemaOf } from '../schema/read.ts';
import type { TensorMap } from '../tensor/tensor.ts';
import type { Artifact, Input, ModelCard, Output } from './model.generated.ts';

export type { Artifact, Input, ModelCard, Output };

export interface Model {
  readonly card: ModelCard;
  readonly folder: string;
  /** As it was read, where `card` has only some of its artifacts: one may be made from another. */
  readonly whole?: ModelCard;
  /** Inputs of a file that has no card, in place of a reference. */
  readonly drawn?: { readonly rows: number; readonly inputs: TensorMap };
}

const schema = schemaOf<ModelCard>(new URL('./model.schema.json', import.meta.url));

/** Folders below fixtures/models that hold a card, by name. */
export async function listModels(root: string): Promise<string[]> {
  const folder = join(root, 'fixtures', 'models');
  const names = await readdir(folder).catch(() => []);
  return names
    .map((name) => join(folder, name))
    .filter((each) => existsSync(join(each, 'model.json')))
    .toSorted();
}

export async function readModel(folder: string): Promise<Model> {
  const where = join(folder, 'model.json');
  const card = readJson(where, schema);
  const fault = faultOf(card, basename(folder)) ?? unmadeFile(card);
  if (fault !== null) throw new BadInput({ ...fault, where });
  return { card, folder };
}

interface Fault {
  readonly what: string;
  readonly fix: string;
}

/** What the schema cannot say. */
const faultOf = (card: ModelCard, folder: string): Fault | null =>
  misnamed(card, folder) ?? unmadeFile(card) ?? narrowBudget(card) ?? unevenChannels(card) ?? unusedDataset(card);

function misnamed(card: ModelCard, folder: string): Fault | null {
  const artifacts = Object.keys(card.artifacts);
  if (card.id !== folder)
    return { what: `id '${card.id}' is not its folder's name`, fix: `rename one of them to '${folder}'` };
  const stranger = namedArtifacts(card).find(({ id }) => !artifacts.includes(id));
  if (stranger === undefined) return null;
  return {
    what: `${stranger.where} names an unknown artifact '${stranger.id}'`,
    fix: `known: ${artifacts.join(', ')}`,
  };
}

function narrowBudget({ latency }: ModelCard): Fault | null {
  const narrow = Object.entries(latency?.paired ?? {}).find(([, { margin = 0, budget = 1 }]) => budget <= margin);
  if (narrow === undefined) return null;
  return { what: `latency.paired: the budget of ${narrow[0]} is not above its margin`, fix: 'such as 0.005 and 0.03' };
}

function unevenChannels({ inputs }: ModelCard): Fault | null {
  const uneven = inputs.find(hasUnevenChannels);
  if (uneven === undefined) return null;
  return {
    what: `preprocess of input ${uneven.name} has other means or stds than channels`,
    fix: `give one mean and one std for each of the ${uneven.dims[1] ?? 0} channels`,
  };
}

function unusedDataset(card: ModelCard): Fault | null {
  if (card.dataset !== undefined && isSeeded(card))
    return {
      what: 'has a data set, and weights that were drawn: their accuracy means nothing',
      fix: 'remove `dataset`, or `weights` if they were trained',
    };
  if (card.dataset === undefined || (card.inputs.length === 1 && decisionOutput(card)?.classes !== undefined))
    return null;
  return {
    what: 'a data set needs one input, and a classification output with classes',
    fix: 'add an output with task classification and its classes, or remove `dataset`',
  };
}

/** A conversion needs something to convert, which is no conversion in turn, and a static one what the activations reach. */
function unmadeFile({ artifacts }: ModelCard): Fault | null {
  const converted = Object.entries(artifacts).flatMap(([id, { files, parent }]) =>
    files.flatMap(({ recipe }) =>
      recipe !== undefined && 'convert' in recipe ? [{ id, from: artifacts[parent ?? ''], recipe }] : [],
    ),
  );
  const orphan = converted.find(({ from }) => from?.format !== 'onnx' || from.parent !== undefined);
  if (orphan)
    return {
      what: `${orphan.id} is converted, and has no parent in ONNX that is an original`,
      fix: 'name the float32 artifact as its parent',
    };
  const odd = converted.find(({ recipe }) => (recipe.convert === 'int8-static') === (recipe.ranges === undefined));
  return odd === undefined
    ? null
    : { what: `${odd.id}: int8-static needs ranges, and nothing else takes any`, fix: 'add `ranges`, or remove them' };
}

const hasUnevenChannels = ({ preprocess, dims }: Input): boolean =>
  preprocess !== undefined && (preprocess.mean.length !== dims[1] || preprocess.std.length !== dims[1]);

/** Everywhere that a card names an artifact of its own. */
const namedArtifacts = ({
  artifacts,
  latency,
  tolerances,
  divergences,
  relations,
}: ModelCard): { readonly where: string; readonly id: string }[] => [
  ...Object.entries(artifacts).flatMap(([id, { parent }]) =>
    parent === undefined ? [] : [{ where: `the parent of ${id}`, id: parent }],
  ),
  ...(latency?.gated ?? []).map((key) => ({ where: 'latency.gated', id: artifactIn(key) })),
  ...Object.keys(latency?.paired ?? {}).map((key) => ({ where: 'latency.paired', id: artifactIn(key) })),
  ...(latency?.accepted ?? []).map((accepted) => ({ where: 'latency.accepted', id: artifactIn(accepted.case) })),
  ...sidesOf(relations).map((key) => ({ where: 'relations', id: artifactIn(key) })),
  ...Object.keys(tolerances ?? {}).map((id) => ({ where: 'tolerances', id })),
  ...(divergences ?? []).map((divergence) => ({ where: 'divergences', id: artifactIn(divergence.case) })),
];

const sidesOf = ({ notSlower = [], batching = [] }: ModelCard['relations'] = {}): readonly string[] => [
  ...notSlower.flatMap(({ case: own, than }) => [own, than]),
  ...batching.map((each) => each.case),
];

const artifactIn = (key: string): string => key.slice(0, key.indexOf('/'));

/** Whether its weights were drawn, never trained: what it decides then means nothing. A graph is filled with drawn ones. */
export const isSeeded = ({ weights, artifacts }: ModelCard): boolean =>
  weights === 'seeded' ||
  Object.values(artifacts).some(({ files }) => files.some(({ recipe }) => recipe !== undefined && 'graph' in recipe));

export const isClassification = (output: Output): boolean => output.task === 'classification';

/** The output that decides: the first classification output; undefined for models without one. */
export const decisionOutput = (card: ModelCard): Output | undefined => card.outputs.find(isClassification);

/** Batch sizes that are compared and measured, ascending. */
export const batchesOf = (card: ModelCard): readonly number[] => {
  const fixed = card.inputs.map((input) => input.dims[0]).find((axis) => typeof axis === 'number');
  return typeof fixed === 'number' ? [fixed] : (card.batches ?? [1]).toSorted((a, b) => a - b);
};

export const bytesOf = (artifact: Artifact): number => artifact.files.reduce((sum, file) => sum + file.bytes, 0);
