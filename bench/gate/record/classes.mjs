/** What is recorded: real inference in three classes, and the work that arm B does more than arm A. */
import { built, root } from '../../lib/onpar.mjs';

/** `batch` was chosen for the length of a call on a two-core cloud machine: about 1, 10 and 3 ms. */
export const classes = {
  'ort-1ms': { model: 'simplecnn', backend: 'ort-node/cpu', batch: 2 },
  'ort-10ms': { model: 'simplecnn', backend: 'ort-node/cpu', batch: 16 },
  wasm: { model: 'fashion-cnn', backend: 'ort-web/wasm', batch: 4 },
};

/**
 * `share`: the work added to a call of B, as a fraction of the call; `when`: to which calls. Null: B does what A does.
 * @typedef {{ share: number, when: 'always' | 'one in twenty' | 'half' }} Added
 * @type {Readonly<Record<string, Added | null>>}
 */
export const works = {
  same: null,
  'slower-1': { share: 0.01, when: 'always' },
  'slower-2': { share: 0.02, when: 'always' },
  'slower-5': { share: 0.05, when: 'always' },
  // What an average and a minimum hardly see: one call in twenty takes twice as long. Drawn by chance: what is counted would meet the calls that a visit leaves out always, or never.
  tail: { share: 1, when: 'one in twenty' },
  // Half of the calls, drawn by chance, take a fifth longer: a branch, a cache, a second mode.
  bimodal: { share: 0.2, when: 'half' },
};

/** `slower-3.5` and the like need not be listed. @param {string} name @returns {Added | null} */
export function workOf(name) {
  const percent = /^slower-(\d+(?:\.\d+)?)$/.exec(name)?.[1];
  if (percent !== undefined) return { share: Number(percent) / 100, when: 'always' };
  if (!Object.hasOwn(works, name)) throw new Error(`unknown work ${name}: ${Object.keys(works).join(', ')}`);
  return works[name];
}

/** The float32 ONNX artifact of a class, with feeds of its batch. @param {string} name */
export function caseOf(name) {
  if (!Object.hasOwn(classes, name)) throw new Error(`unknown class ${name}: ${Object.keys(classes).join(', ')}`);
  return float32Case(classes[name]);
}

/** @param {{ model: string, backend: string, batch: number }} named */
export async function float32Case({ model: id, backend: backendId, batch }) {
  const [{ readProject, modelOf }, { readReference }, { feedsOf }, { findBackend }] = await Promise.all(
    ['cases/project.js', 'models/reference.js', 'models/feeds.js', 'backends/registry.js'].map(built),
  );
  const model = modelOf(await readProject(root, {}), id);
  const artifact = model.card.artifacts.float32;
  const { inputs } = await readReference(model);
  return {
    title: `${id} float32 ${backendId} batch ${batch}`,
    backend: await findBackend(backendId),
    path: `${model.folder}/${artifact.files[0].path}`,
    feeds: feedsOf(model.card, artifact, inputs, 0, batch),
  };
}
