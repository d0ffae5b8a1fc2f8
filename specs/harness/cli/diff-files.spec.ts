import { mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { madeOnce } from '../../../src/base/beside.ts';
import { packagesOf } from '../../../src/base/packages.ts';
import type { Diff } from '../../../src/diff/diff.generated.ts';
import { faultEnv } from '../support/faulty.ts';
import { modelOf, node, valueInfo } from '../support/onnx.ts';
import { newWorkplace, repository } from './onpar.ts';
import type { Outcome } from './onpar.ts';
import { putVariants } from './variants.ts';

const { onpar, put, folder } = newWorkplace();
const schema = new URL('../../../src/diff/diff.schema.json', import.meta.url);
const check = new Ajv().compile(JSON.parse(readFileSync(schema, 'utf8')) as object);
putVariants(put);
/** Two inputs that share no batch axis. */
put(
  'uneven.onnx',
  modelOf({
    nodes: [node('MatMul', ['x', 'w'], ['y'])],
    inputs: [valueInfo('x', 'float32', ['batch', 4]), valueInfo('w', 'float32', [4, 2])],
    outputs: [valueInfo('y', 'float32', ['batch', 2])],
  }),
);

const quick = ['--only', 'parity,size'];
const diff = (...args: string[]): Promise<Outcome> => onpar(['diff', ...args]);
async function json(...args: string[]): Promise<Diff> {
  const { stdout, stderr } = await diff(...args, '--json');
  expect(stdout, stderr).not.toBe('');
  const found = JSON.parse(stdout) as Diff;
  expect(check(found), JSON.stringify(check.errors)).toBe(true);
  expect(found.cases).toHaveLength(1);
  return found;
}

describe('onpar diff of two files', () => {
  test('says that nothing moved where they are equal, without running anything', async () => {
    const { code, stdout } = await diff('a.onnx', 'same.onnx');
    expect(stdout).toContain('what moved from a.onnx to same.onnx');
    expect(stdout).toContain('nothing moved (1 case compared)');
    expect(code).toBe(0);
  });

  test('shows a negated weight, and a page beside it', async () => {
    const { code, stdout, stderr } = await diff('a.onnx', 'negated.onnx', ...quick);
    expect(stderr).toContain('inputs drawn from the signature, seed 7: x float32 [4, 4]');
    expect(stdout).toMatch(/negated\.onnx\/ort-node\/cpu +✗ [\d.]+.* +=\n/);
    expect(stdout).toMatch(/✗ parity +files\/negated\.onnx\/ort-node\/cpu: y: \d+ of 12 elements moved/);
    expect(code).toBe(1);
    expect(readFileSync(join(folder, '.onpar', 'diff.html'), 'utf8')).toContain('negated.onnx');
  });

  test('allows rounding; more only to what is quantized', async () => {
    expect((await json('a.onnx', 'rounded.onnx', ...quick)).cases[0]?.parity?.move).toMatch(/within|same/);
    expect((await json('a.onnx', 'near.onnx', ...quick)).cases[0]?.parity?.move).toBe('worse');
    expect((await json('a.onnx', 'near.onnx', '--quantized', ...quick)).cases[0]?.parity?.move).toBe('within');
  });

  test('says what it assumes where they call things by other names', async () => {
    const { code, stdout, stderr } = await diff('a.onnx', 'renamed.onnx', '--only', 'parity,latency');
    expect(stderr).toContain('assumed: input image is taken for x');
    expect(stderr).toContain('assumed: output scores is taken for y');
    expect(stdout).toContain('= bit-equal');
    expect(stdout).not.toContain('no pairs');
    expect(stdout).toMatch(/steady|inconclusive|unfit/);
    expect(code).toBe(0);
  });

  test('that ignore their input prove nothing', async () => {
    const { cases } = await json('zeros.onnx', '--threads', '2', '--base-threads', '1', ...quick);
    expect(cases[0]?.parity).toMatchObject({ move: 'undecided', sentence: expect.stringContaining('proves nothing') });
  });

  test('feeds inputs whole that share no batch axis', async () => {
    const found = await json('uneven.onnx', '--threads', '2', '--base-threads', '1', ...quick);
    expect(found.cases[0]?.parity?.move).toBe('same');
  });
});

describe('onpar diff of one file', () => {
  const image = join(repository, 'fixtures/models/fashion-cnn/model.onnx');

  test('on two numbers of threads: the kernels are the same, and said to be', async () => {
    const found = await json(image, '--threads', '2', '--base-threads', '1', ...quick);
    expect([found.base, found.new]).toEqual(['1 thread', '2 threads']);
    const [row] = found.cases;
    expect(row?.differs).toContain('1 thread -> 2 threads');
    expect(row?.graph?.sentence).toBeNull();
    expect(row?.graph?.new).toMatchObject({ 'CPUExecutionProvider MaxPool': 3 });
    expect(row?.graph?.base).toEqual(row?.graph?.new);
  });

  test('another file of the same model may have other kernels', async () => {
    const quantized = image.replace('model.onnx', 'model.int8-static.onnx');
    const { stdout } = await diff(image, quantized, '--quantized', '--only', 'size');
    expect(stdout).toMatch(/optimized graph: 10 -> 13 nodes \(.*\+3 QLinearConv.*\)/);
  });
});

test('a file against itself keeps its name: only another backend would be one', async () => {
  const found = await json('a.onnx', 'a.onnx', '--only', 'parity,size');
  expect([found.base, found.new, found.cases[0]?.parity?.move]).toEqual(['a.onnx', 'a.onnx', 'same']);
  const backends = await json('a.onnx', '--base', 'ort-web/wasm', '--only', 'parity,size');
  expect([backends.base, backends.new]).toEqual(['ort-web/wasm', 'ort-node/cpu']);
});

describe('onpar diff of one file with another release of its runtime', () => {
  const [here, before] = [packagesOf(repository, ['onnxruntime-node']).get('onnxruntime-node'), '1.2.3'];
  const base = `onnxruntime-node@${before}`;

  /** As npm would have left it, but for what is in it: the release that is here. No registry is asked. */
  const install = (): Promise<string> =>
    madeOnce(
      folder,
      { name: base, from: { name: 'onnxruntime-node', version: before }, tell: () => undefined },
      async (made) => {
        const [from, to] = [repository, made].map((root) => join(root, 'node_modules', 'onnxruntime-node'));
        mkdirSync(to!, { recursive: true });
        for (const name of readdirSync(from!))
          if (name !== 'package.json') symlinkSync(join(from!, name), join(to!, name));
        const manifest = readFileSync(join(from!, 'package.json'), 'utf8');
        writeFileSync(join(to!, 'package.json'), manifest.replace(`"version": "${here}"`, `"version": "${before}"`));
      },
    );

  test('says which releases, what they weigh, and that nothing moved where only the number did', async () => {
    await install();
    const found = await json('a.onnx', '--base', base, '--only', 'parity,size,latency');
    expect([found.base, found.new]).toEqual([base, `onnxruntime-node@${here}`]);
    expect(found.cases[0]?.differs).toContain(`onnxruntime-node ${before} -> ${here}`);
    expect(found.cases[0]?.parity?.move).toBe('same');
    expect(found.cases[0]?.latency?.pairs).toBeGreaterThanOrEqual(8);
    expect(found.runtime?.packages).toEqual(['onnxruntime-node']);
    // This folder has no packages: those of the new side are onpar's own.
    expect(found.runtime?.new).toBeGreaterThan(1e6);
  });

  test.each([
    [['--base', 'onnxruntime-web@1.29.0'], 'ort-node/cpu does not run on onnxruntime-web'],
    [['--base', 'onnxruntime-node@latest'], "'latest' is no exact version"],
    [['--base', 'onnxruntme-node@1.29.0'], 'did you mean onnxruntime-node@1.29.0?'],
    [[], '--base <package>@<version>'],
    [['--base', `onnxruntime-node@${here}`], `both sides run on onnxruntime-node@${here}`],
    [['--base', 'main'], "--base: 'main' is neither a backend nor a release"],
    [['--base', 'ort-web/wsam'], 'did you mean ort-web/wasm?'],
    [['--base', 'ort-web/wasm', '--anchor', 'onnxruntime-node@latest'], "--anchor: 'latest' is no exact version"],
  ])('refuses %j', async (args, words) => {
    const { code, stdout, stderr } = await diff('a.onnx', ...args);
    expect(stderr).toContain(words);
    expect([code, stdout]).toEqual([2, '']);
  });
});

describe('a side that fails', () => {
  test('as the other does is a row that was not compared, with its reason', async () => {
    const args = ['diff', 'a.onnx', 'negated.onnx', '--only', 'parity'];
    const { code, stdout } = await onpar(args, faultEnv('SIGSEGV@run'));
    expect(stdout).toMatch(/parity +files\/negated\.onnx\/ort-node\/cpu: crashed: the worker was killed by SIGSEGV/);
    expect(stdout).toContain('nothing was compared (1 case)');
    expect(code).toBe(1);
  });
});

test.each([
  ['one file alone', ['a.onnx'], 'one file, and nothing to compare it with'],
  ['three files', ['a.onnx', 'same.onnx', 'near.onnx'], '3 files'],
  ['a file and a word', ['a.onnx', 'net'], 'net: is no file, beside one that is'],
  ['a file that is not there', ['a.onnx', 'b.onnx'], 'b.onnx: does not exist'],
  ['two files and a base', ['a.onnx', 'near.onnx', '--base', 'main'], 'two files are both sides already'],
  ['two files and threads of the base', ['a.onnx', 'near.onnx', '--base-threads', '2'], 'the two files differ already'],
  ['one backend twice', ['a.onnx', '--base', 'ort-node/cpu'], 'both sides run on ort-node/cpu'],
  ['an unknown backend', ['a.onnx', '--base', 'ort-web/wsam'], 'did you mean ort-web/wasm?'],
  ['a backend of another format', ['a.onnx', '--base', 'tfjs/cpu'], 'tfjs/cpu does not open onnx files'],
  [
    'several new backends',
    ['a.onnx', '--base', 'ort-web/wasm', '-b', 'ort-node/cpu,tfjs/cpu'],
    '2 backends for the new side',
  ],
  ['one number of threads twice', ['a.onnx', '--threads', '2', '--base-threads', '2'], 'both sides run on 2'],
  [
    'threads of a backend that takes no number',
    [join(repository, 'fixtures/models/fashion-cnn/tfjs/model.json'), '--threads', '2', '--base-threads', '1'],
    'tfjs/wasm takes no number of threads',
  ],
  ['two bases', ['a.onnx', '--base', 'ort-web/wasm', '--base-threads', '2'], 'both name a base'],
  ['one quantized file', ['a.onnx', '--base', 'ort-web/wasm', '--quantized'], 'give two files'],
  ['other inputs', ['a.onnx', 'wide.onnx', '--only', 'latency', '--dim', 'n=4'], "unknown axis 'n'"],
  ['what is for files alone', ['net', '--quantized'], '--quantized: is for files'],
  ['no number', ['a.onnx', '--base-threads', 'x'], "'x' is no whole number"],
])('refuses %s with one clear error', async (_, args, words) => {
  const { code, stdout, stderr } = await diff(...args);
  expect(stderr).toContain(words);
  expect(stderr).not.toMatch(/\n\s+at /);
  expect(stdout).toBe('');
  expect(code).toBe(2);
});
