import { afterAll, describe, expect, test } from 'vitest';
import { readProject } from '../../../src/cases/project.ts';
import { placesOf } from '../../../src/diff/places.ts';
import { byThreads, prepareSides } from '../../../src/diff/sides.ts';
import type { DiffSide } from '../../../src/diff/sides.ts';
import { loadMetrics } from '../../../src/metrics/registry.ts';
import { newProject } from '../support/project.ts';

const made = newProject();
afterAll(() => made.remove());
made.card('net');
const project = await readProject(made.root, {});
const ours: DiffSide = { label: 'here', root: made.root, project, threads: 2, backend: null };
const metrics = await loadMetrics();
const ask = (base: DiffSide, words: readonly string[] = []): string[] =>
  placesOf({ base, ours }, { metrics, depth: 'commit', backends: project.backends, words }).map(({ id }) => id);
const on = (id: string): DiffSide => ({ ...ours, backend: project.backends.find((each) => each.id === id) ?? null });

describe('the cases of a diff', () => {
  test('are every artifact on every backend that opens it', () => {
    expect(ask(ours)).toEqual(['net/float32/ort-node/cpu', 'net/float32/ort-web/wasm']);
  });

  test('with another backend as base are those of all others that open the same file', () => {
    expect(ask(on('ort-node/cpu'))).toEqual(['net/float32/ort-web/wasm']);
    expect(ask(on('tfjs/cpu'))).toEqual([]);
  });

  test.each([
    ['net/float32/ort-node/cpu/b1/t1', ['net/float32/ort-node/cpu']],
    ['ort-node', ['net/float32/ort-node/cpu']],
    ['net/float32/ort-node/cpu2', []],
  ])('can be named by a part, or by the case of a verdict: %s', (word, ids) => {
    expect(ask(ours, [word])).toEqual(ids);
  });
});

describe('the sides', () => {
  const prepare = (asked: string | undefined, baseThreads?: number) =>
    prepareSides(made.root, { asked, where: '--base', threads: 2, baseThreads, env: {}, tell: () => undefined });

  test('may be two numbers of threads of one version', async () => {
    const { base, ours: own } = await prepare(undefined, 1);
    expect([base.label, base.threads, base.root]).toEqual(['1 thread', 1, own.root]);
    expect([own.label, own.threads]).toEqual(['2 threads', 2]);
    expect(byThreads(own, 0).base.label).toBe('default threads');
  });

  test('may be two backends of one version', async () => {
    const { base, ours: own } = await prepare('ort-web/wasm');
    expect([base.label, base.backend?.id, base.root]).toEqual(['ort-web/wasm', 'ort-web/wasm', own.root]);
  });

  test('a folder of a backend’s name goes first; a name that is nearly a backend is told', async () => {
    made.put('ort-web/wasm/fixtures/models/net/none.txt', '');
    await expect(prepare('ort-web/wasm')).rejects.toThrow('no model card');
    await expect(prepare('ort-web/wsam')).rejects.toThrow(
      /--base: 'ort-web\/wsam' is no commit.*\n.*did you mean ort-web\/wasm\?/,
    );
    await expect(prepare('no-such-branch')).rejects.toThrow("'no-such-branch' is no commit of this repository");
  });
});
