import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Baseline } from '../../../src/baselines/baseline.generated.ts';
import { renderBaseline } from '../../../src/baselines/render.ts';
import { commitOfBless, lookup, type Baselines, withoutClass } from '../../../src/baselines/store.ts';
import { BadInput } from '../../../src/schema/bad-input.ts';
import { machine, machineOf, metrics, newRoot, options, put, read } from './setting.ts';

const text = (values: Baseline['values'], more: Partial<Baseline> = {}): string =>
  renderBaseline(
    {
      schemaVersion: 1,
      model: 'm',
      fingerprint: null,
      provenance: { ...options.provenance, reason: null },
      values,
      ...more,
    },
    null,
  );
const look = (baselines: Baselines, id: string, key: string, model = 'm'): unknown => {
  const metric = metrics.get(id);
  if (!metric) throw new Error(id);
  const found = lookup(baselines, metric, model, key);
  return found.state === 'present' ? found.value : found.state;
};
const here = `baselines/machines/${machine.fingerprint}`;

test('a missing folder is empty', () => {
  const baselines = read(newRoot());
  expect([baselines.portable.size, baselines.machine.size]).toEqual([0, 0]);
  expect(look(baselines, 'size', 'float32')).toBe('new-case');
  expect(look(baselines, 'latency', 'float32/x/b1/t1')).toBe('new-machine');
});

test('the commit of the last bless is the latest, of whatever file', () => {
  const root = newRoot();
  expect(commitOfBless(read(root))).toBeNull();
  const blessed = (model: string, date: string, commit: string | null, fingerprint: string | null = null): void =>
    put(
      root,
      `${fingerprint === null ? 'baselines' : here}/${model}.json`,
      text({}, { model, fingerprint, provenance: { ...options.provenance, reason: null, date, commit } }),
    );
  blessed('a', '2026-03-01', 'aaaaaaaaaaaa');
  blessed('b', '2026-11-02', 'bbbbbbbbbbbb');
  blessed('c', '2026-11-30', null);
  blessed('a', '2026-10-09', 'cccccccccccc', machine.fingerprint);
  expect(commitOfBless(read(root))).toBe('bbbbbbbbbbbb');
});

test('finds portable values and those of this machine, and no others', () => {
  const root = newRoot();
  put(root, 'baselines/m.json', text({ size: { float32: 1000 } }));
  put(root, `${here}/m.json`, text({ latency: { k: [1, 2] } }, { fingerprint: machine.fingerprint }));
  put(root, `${here}/machine.json`, 'not read');
  put(root, 'baselines/machines/other-1/m.json', 'not read');
  put(root, 'baselines/README.md', 'not read');
  put(root, 'baselines/.m.json.7.tmp', 'not read');
  const baselines = read(root);
  expect(look(baselines, 'size', 'float32')).toBe(1000);
  expect(look(baselines, 'size', 'int8')).toBe('new-case');
  expect(look(baselines, 'size', 'float32', 'other')).toBe('new-case');
  expect(look(baselines, 'size', 'toString')).toBe('new-case');
  expect(look(baselines, 'latency', 'k')).toEqual([1, 2]);
  expect(look(baselines, 'latency', 'k2')).toBe('new-case');
  expect(look(baselines, 'load', 'k')).toBe('new-case');
  expect(look(baselines, 'latency', 'k', 'other')).toBe('new-case');
  expect(look(read(root, machineOf('Other CPU')), 'latency', 'k')).toBe('new-machine');
});

test('knows whether another instruction-set class is blessed', () => {
  const root = newRoot();
  put(
    root,
    'baselines/m.json',
    text({
      parity: { 'q/ort@x64-avx2': { excess: 0.1, nmse: 1e-6 }, 'float32/ort': { excess: 0.1, nmse: 1e-9 } },
    }),
  );
  const baselines = read(root);
  expect(look(baselines, 'parity', 'q/ort@x64-avx2')).toEqual({ excess: 0.1, nmse: 1e-6 });
  expect(look(baselines, 'parity', 'q/ort@x64-avx512')).toBe('new-class');
  expect(look(baselines, 'parity', 'q/web@x64-avx512')).toBe('new-case');
  expect(look(baselines, 'parity', 'q/ort')).toBe('new-case');
  expect(look(baselines, 'parity', 'float32/ort@x64-avx2')).toBe('new-case');
});

test('the name of a backend that has an @ is no instruction-set class', () => {
  expect(withoutClass('int8/ort-node/cpu/n10@x64-avx512-vnni')).toBe('int8/ort-node/cpu/n10');
  expect(withoutClass('int8/ort-node/cpu@riscv64')).toBe('int8/ort-node/cpu');
  for (const key of ['float32/torch/eager@cuda', 'float32/torch/eager@cuda/n1000'])
    expect(withoutClass(key)).toBe(key);
});

describe('a damaged file is bad input, never missing', () => {
  const good = text({ size: { float32: 1000 } });
  test.each([
    ['torn', good.slice(0, 200), 'ends too early'],
    ['empty', '', 'is empty'],
    ['merged by halves', `<<<<<<< HEAD\n${good}`, 'merge marker'],
    ['with a BOM', `\uFEFF${good}`, 'byte order mark'],
    ['of another model', text({}, { model: 'other' }), 'holds the values of other, its name says m'],
    [
      'of a machine',
      text({}, { fingerprint: 'x' }),
      'holds values of x, but lies where those of every machine belong',
    ],
    ['of another shape', text({ size: { float32: [1, 2] } }), 'size of float32 is no scalar'],
    ['of a later version', good.replace('"schemaVersion": 1', '"schemaVersion": 2'), 'schemaVersion 2'],
  ])('%s', (_, content, what) => {
    const root = newRoot();
    put(root, 'baselines/m.json', content);
    expect(() => read(root)).toThrow(BadInput);
    expect(() => read(root)).toThrow(what);
    expect(() => read(root)).toThrow(join(root, 'baselines/m.json'));
  });

  test("portable values where a machine's belong, and another machine's", () => {
    for (const fingerprint of [null, 'other-machine']) {
      const root = newRoot();
      put(root, `${here}/m.json`, text({}, { fingerprint }));
      expect(() => read(root)).toThrow(
        `holds values of ${fingerprint ?? 'every machine'}, but lies where those of ${machine.fingerprint} belong`,
      );
    }
  });

  test('a folder that is a file', () => {
    const root = newRoot();
    writeFileSync(join(root, 'baselines'), '');
    expect(() => read(root)).toThrow('cannot be listed');
    const other = newRoot();
    mkdirSync(join(other, 'baselines/m.json'), { recursive: true });
    expect(() => read(other)).toThrow('is a folder, not a file');
  });
});

test('values of a metric that is not known any more do not stop a run', () => {
  const root = newRoot();
  put(root, 'baselines/m.json', text({ retired: { x: 1 }, size: { float32: 1 } }));
  expect(look(read(root), 'size', 'float32')).toBe(1);
});
