import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Signature } from '../../../src/backends/backend.ts';
import type { CompareOptions } from '../../../src/cli/compare-options.ts';
import { drawnRows, feedsFor } from '../../../src/cli/feeds.ts';
import { writeNpz } from '../support/npz.ts';
import { tensor, zeros } from '../../../src/tensor/tensor.ts';
import type { TensorMap } from '../../../src/tensor/tensor.ts';
import { refusal } from '../support/refusal.ts';

const folder = mkdtempSync(join(tmpdir(), 'onpar-feeds-'));
afterAll(() => rmSync(folder, { recursive: true }));

const x: Signature = { name: 'x', dtype: 'float32', dims: ['batch', 4] };
const ids: Signature = { name: 'ids', dtype: 'int64', dims: ['batch', 'sequence'] };
const base: CompareOptions = { threads: '1', seed: '7' };
const feeds = async (inputs: readonly Signature[], options: Partial<CompareOptions> = {}): Promise<TensorMap> =>
  (await feedsFor(inputs, { ...base, ...options }))[0]!.feeds;

describe('drawn feeds', () => {
  test('have several rows, so that an output which ignores its input shows', async () => {
    const drawn = await feeds([x]);
    expect(drawn['x']?.dims).toEqual([drawnRows, 4]);
    expect(drawnRows).toBeGreaterThan(1);
  });

  test('have the sizes and ranges that were asked for', async () => {
    const { ids: drawn } = await feeds([x, ids], { dim: ['sequence=5'], batch: ['2'], range: ['ids=100:103'] });
    expect(drawn?.dims).toEqual([2, 5]);
    expect(Array.from(drawn?.data ?? [], Number).every((id) => id >= 100 && id <= 103)).toBe(true);
  });

  test('are drawn anew for every batch size, each of them once', async () => {
    const drawn = await feedsFor([x], { ...base, batch: ['1', '8', '8', '32'] });
    expect(drawn.map(({ batch, feeds: { x: value } }) => [batch, value?.dims])).toEqual([
      [1, [1, 4]],
      [8, [8, 4]],
      [32, [32, 4]],
    ]);
  });

  test('of a batch size that no axis takes are refused: it would be told and not compared', async () => {
    const fixed: Signature = { ...x, dims: [1, 4] };
    expect((await refusal(() => feeds([fixed], { batch: ['8'] }))).message).toContain(
      'no input has a batch axis to size: x float32 [1, 4]',
    );
    expect((await refusal(() => feeds([x], { batch: ['8'], dim: ['batch=2'] }))).where).toBe('--batch');
    expect((await feeds([fixed]))['x']?.dims).toEqual([1, 4]);
  });

  test.each([
    [{ seed: '1.5' }, 'is no whole number from 0 up'],
    [{ seed: '-1' }, 'is no whole number from 0 up'],
    [{ batch: ['0'] }, 'is no whole number from 1 up'],
    [{ dim: ['bacth=3'] }, 'did you mean batch?'],
    [{ dim: ['batch'] }, 'is no name=value'],
    [{ dim: ['=3'] }, 'is no name=value'],
    [{ dim: ['batch=1e99'] }, 'is no whole number'],
    [{ range: ['y=0:1'] }, "unknown input 'y'"],
    [{ range: ['x=1:0'] }, 'is no range'],
    [{ range: ['x=1'] }, 'is no range'],
    [{ range: ['x=:1'] }, 'is no range'],
    [{ range: ['x=0:1:2'] }, 'is no range'],
    [{ range: ['x=0:Infinity'] }, 'is no range'],
    [{ range: ['x=low:high'] }, 'is no range'],
    [{ range: ['ids=0.5:3'] }, 'must be whole'],
  ])('with %j are refused', async (options, words) => {
    expect((await refusal(() => feeds([x, ids], options))).message).toContain(words);
  });

  test('of float16 are refused with the way to give them', async () => {
    const error = await refusal(() => feeds([{ ...x, dtype: 'float16' }]));
    expect(error.fix).toContain('--inputs');
  });
});

describe('given feeds', () => {
  const given = (tensors: TensorMap): Promise<TensorMap> => {
    const file = join(folder, 'x.npz');
    writeFileSync(file, writeNpz(tensors));
    return feeds([x], { inputs: file });
  };

  test('are fed as they are', async () => {
    const value = tensor('float32', [1, 4], Float32Array.of(1, NaN, -0, Infinity));
    expect(await given({ x: value })).toEqual({ x: value });
  });

  test.each(['batch', 'dim', 'range'])('contradict --%s', async (name) => {
    const error = await refusal(() => feeds([x], { inputs: 'x.npz', [name]: ['8'] }));
    expect(error.what).toBe(`--${name} sizes drawn feeds, and --inputs gives them`);
  });

  test.each([
    ['a wrong name', { image: zeros('float32', [1, 4]) }, "has an array 'image' that is no input"],
    ['none', {}, "has no array 'x'"],
    ['one too many', { x: zeros('float32', [1, 4]), z: zeros('float32', [1]) }, "has an array 'z' that is no input"],
    ['a wrong dtype', { x: zeros('float64', [1, 4]) }, "'x' is float64"],
    ['wrong dims', { x: zeros('float32', [1, 5]) }, "'x' has dims [1, 5]"],
    ['a missing axis', { x: zeros('float32', [4]) }, "'x' has dims [4]"],
  ])("with %s are refused, and the model's own inputs are told", async (_, tensors: TensorMap, words) => {
    const error = await refusal(() => given(tensors));
    expect(error.what).toContain(words);
    expect(error.fix).toBe('the model takes x float32 [batch, 4]');
  });

  test('that are missing or no archive are refused', async () => {
    expect((await refusal(() => feeds([x], { inputs: join(folder, 'gone.npz') }))).message).toMatch(
      /gone\.npz: cannot be read/,
    );
    writeFileSync(join(folder, 'text.npz'), 'text');
    expect((await refusal(() => feeds([x], { inputs: join(folder, 'text.npz') }))).message).toMatch(
      /text\.npz: cannot be read/,
    );
  });
});
