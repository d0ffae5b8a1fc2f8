import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { findBackend } from '../../../src/backends/registry.ts';
import { armsOf } from '../../../src/base/arms.ts';
import type { Side } from '../../../src/base/base.ts';
import { contestsOf } from '../../../src/broker/versions.ts';
import type { VersionedCase } from '../../../src/broker/versions.ts';
import { readProject } from '../../../src/cases/project.ts';
import { writeNpz } from '../support/npz.ts';
import { tensor } from '../../../src/tensor/tensor.ts';
import type { Tensor } from '../../../src/tensor/tensor.ts';
import { newProject, product, referenceInputs } from '../support/project.ts';
import type { Json } from '../support/project.ts';

const made: (() => void)[] = [];
afterAll(() => made.forEach((remove) => remove()));
const backend = await findBackend('ort-node/cpu');
const subject = {
  metric: 'latency',
  model: 'linear',
  artifact: 'float32',
  backend: 'ort-node/cpu',
  batch: 2,
  threads: 1,
  images: null,
};

/** A version of the linear model, its card with these parts, fed with these rows. */
async function side(label: string, parts: Json = {}, x: Tensor = referenceInputs): Promise<Side> {
  const project = newProject();
  made.push(project.remove);
  // Nothing of it is loaded here.
  project.put('package.json', '{}');
  project.put('node_modules/onnxruntime-node/package.json', '{"name":"onnxruntime-node","version":"1.0.0"}');
  const file = project.put('fixtures/models/linear/rows.npz', writeNpz({ x, y: product(x) }));
  project.card('linear', { reference: { source: 'float64 of the spec', file }, ...parts });
  return { label, root: project.root, project: await readProject(project.root, {}) };
}

async function versioned(base: Side, ours: Side): Promise<VersionedCase> {
  const arms = await armsOf(base, ours, subject, backend);
  if (!arms.found) throw new Error(arms.reason);
  return { name: 'a', subject, ...arms };
}

const contests = async (base: Side, ours: Side, change: (each: VersionedCase) => VersionedCase = (each) => each) =>
  contestsOf([change(await versioned(base, ours))], () => backend, 20);

const input = (dims: readonly (number | string)[], dtype = 'float32'): Json => ({
  inputs: [{ name: 'x', dtype, dims }],
});
const otherRows = tensor('float32', [8, 4], new Float32Array(32).fill(1e-40));

describe('both versions', () => {
  test("are fed with the new one's rows where the references hold others: denormal ones would be slower", async () => {
    const { able } = await contests(await side('main', {}, otherRows), await side('ours'));
    expect(able[0]!.base.feeds).toEqual(able[0]!.ours.feeds);
    expect(able[0]!.ours.feeds['x']!.data).toEqual(referenceInputs.data.slice(0, 8));
  });

  test('are fed alike whatever an axis without a size is called', async () => {
    const { able } = await contests(await side('main', input(['N', 4])), await side('ours'));
    expect(able).toHaveLength(1);
  });

  test('without cards have drawn inputs each, under their own names and in their own layout', async () => {
    const [base, ours] = [await side('a.onnx'), await side('b.onnx')];
    const drawn = (name: string, data: number[]) => ({
      rows: 1,
      inputs: { [name]: tensor('float32', [1, 4], Float32Array.from(data)) },
    });
    const file = (arm: VersionedCase['ours'], name: string, data: number[]): VersionedCase['ours'] => ({
      ...arm,
      model: {
        ...arm.model,
        card: { ...arm.model.card, inputs: [{ name, dtype: 'float32', dims: [] }] },
        drawn: drawn(name, data),
      },
    });
    const { able } = await contests(base, ours, (each) => ({
      ...each,
      base: file(each.base, 'x', [1, 2, 3, 4]),
      ours: file(each.ours, 'image', [1, 3, 2, 4]),
    }));
    expect([able[0]!.base.feeds, able[0]!.ours.feeds]).toEqual([
      drawn('x', [1, 2, 3, 4]).inputs,
      drawn('image', [1, 3, 2, 4]).inputs,
    ]);
  });

  test.each([
    ['a size', input(['batch', 5]), 'main takes other inputs: x float32 [?, 5]; now x float32 [?, 4]'],
    ['a dtype', input(['batch', 4], 'int64'), 'main takes other inputs: x int64 [?, 4]; now x float32 [?, 4]'],
  ])('of which %s differs cannot be compared, and that is said', async (_, parts, reason) => {
    const { able, unable } = await contests(await side('main', parts), await side('ours'));
    expect(able).toEqual([]);
    expect(unable).toEqual([['a', { ok: false, arm: 'base', failure: expect.objectContaining({ reason }) }]]);
  });
});

describe('the process of each version', () => {
  const withBackends = (folder: string, text: string): string => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    if (text !== '') writeFileSync(join(folder, 'ort-node-cpu.js'), text);
    return folder;
  };
  const drivenBy = (text: string) => async () => {
    const [base, ours] = [await side('main'), await side('ours')];
    const backends = withBackends(join(base.root, 'backends'), text);
    return contests(base, ours, (each) => ({ ...each, base: { ...each.base, backends } }));
  };

  test('has the environment that its own backend file gives it', async () => {
    const { able } = await drivenBy("export const backend = { id: 'ort-node/cpu', env: () => ({ OLD: '1' }) };")();
    expect(able[0]!.base.backend.env(1)).toEqual({ OLD: '1' });
    expect(able[0]!.ours.backend).toBe(backend);
  });

  test.each([
    ['has no such file', '', "backend files of main: unknown backend 'ort-node/cpu'"],
    ['has one that does not load', 'throw new Error("old")', 'backend files of main: old'],
  ])('of a version that %s is not started: there is nothing to pair with', async (_, text, reason) => {
    const { able, unable } = await drivenBy(text)();
    expect(able).toEqual([]);
    expect(unable).toEqual([['a', { ok: false, arm: 'base', failure: expect.objectContaining({ reason }) }]]);
  });
});
