import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { writeNpz } from '../support/npz.ts';
import { tensor } from '../../../src/tensor/tensor.ts';
import { faultEnv } from '../support/faulty.ts';
import { batchMeanModel, identityModel, modelOf, node, unknownOperatorModel, valueInfo } from '../support/onnx.ts';
import { newWorkplace, repository } from './onpar.ts';
import type { Outcome } from './onpar.ts';
import { putVariants } from './variants.ts';

const { onpar, put } = newWorkplace();

putVariants(put);
put(
  'two.onnx',
  modelOf({
    nodes: [node('Add', ['x', 'z'], ['y'])],
    inputs: [valueInfo('x', 'float32', ['batch', 4]), valueInfo('z', 'float32', ['batch', 4])],
    outputs: [valueInfo('y', 'float32', ['batch', 4])],
  }),
);
put(
  'root.onnx',
  modelOf({
    nodes: [node('Sqrt', ['x'], ['y'])],
    inputs: [valueInfo('x', 'float32', ['batch', 3])],
    outputs: [valueInfo('y', 'float32', ['batch', 3])],
  }),
);
put('identity.onnx', identityModel('float32'));
put('half.onnx', identityModel('float16'));
put('refused.onnx', unknownOperatorModel());

const compare = (...args: readonly string[]): Promise<Outcome> => onpar(['compare', '--only', 'parity', ...args]);

interface Document {
  readonly seed: number | null;
  readonly verdict: string;
  readonly results: readonly {
    backend: string;
    batch: number | null;
    feeds: readonly { name: string; dtype: string; dims: readonly number[] }[];
    parity: { verdict: string; outputs: readonly { maxAbs: unknown; output: string }[] };
    assumptions: readonly string[];
    sha256: string;
  }[];
}
const documentOf = ({ stdout }: Outcome): Document => JSON.parse(stdout) as Document;

/** One clear error: these words, no stack, exit code 2, nothing printed as if it were a result. */
const refusedWith = (words: string): Outcome => ({
  code: 2,
  stdout: '',
  stderr: expect.stringMatching(
    new RegExp(`^onpar: (?![\\s\\S]*\\n\\s+at )[\\s\\S]*${words.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}`),
  ) as string,
});

describe.concurrent('onpar compare of two files', () => {
  test('that compute the same matches, bit for bit, and ends with 0', async () => {
    const { code, stdout, stderr } = await compare('a.onnx', 'same.onnx');
    expect(stdout).toMatch(/y +match +bit-equal/);
    expect(stdout).toContain('inputs drawn from the signature, seed 7: x float32 [4, 4]');
    expect(stderr).toBe('');
    expect(code).toBe(0);
  });

  test('where one weight was negated is a mismatch with its worst elements, and ends with 1', async () => {
    const { code, stdout } = await compare('a.onnx', 'negated.onnx');
    expect(stdout).toMatch(/y +mismatch/);
    expect(stdout).toMatch(/\[\d, 2\]/);
    expect(code).toBe(1);
  });

  test('that ignore their input is vacuous, and ends with 1', async () => {
    const { code, stdout } = await compare('zeros.onnx', 'zeros.onnx');
    expect(stdout).toContain('vacuous: y');
    expect(code).toBe(1);
  });

  test('is stricter on floats than on --quantized ones', async () => {
    expect((await compare('a.onnx', 'near.onnx')).code).toBe(1);
    expect((await compare('a.onnx', 'near.onnx', '--quantized')).code).toBe(0);
    expect((await compare('a.onnx', 'negated.onnx', '--quantized')).code).toBe(1);
  });

  test('with other names says what it took for what', async () => {
    const { code, stdout } = await compare('a.onnx', 'renamed.onnx');
    expect(stdout).toContain('assumed: input image is taken for x');
    expect(stdout).toContain('assumed: output scores is taken for y');
    expect(code).toBe(0);
  });

  test('with NaN in the outputs of one is a mismatch, and JSON says NaN in a word', async () => {
    const outcome = await compare('identity.onnx', 'root.onnx', '--json');
    expect(outcome.code).toBe(1);
    expect(outcome.stdout).toMatch(/"(?:NaN|Infinity)"/);
    expect(outcome.stdout).not.toMatch(/: null,?\n\s*"maxAbs"/);
    expect(documentOf(outcome).results[0]?.parity.verdict).toBe('mismatch');
  });

  test('of several inputs, integers and symbolic axes needs no card', async () => {
    const model = join(repository, 'fixtures/models/tiny-text/model.onnx');
    const outcome = await compare(
      model,
      model,
      '--dim',
      'sequence=5',
      '--range',
      'input_ids=0:999',
      '--batch',
      '3',
      '--json',
    );
    expect(outcome.code).toBe(0);
    const { results } = documentOf(outcome);
    expect(results[0]?.feeds).toEqual([
      { name: 'input_ids', dtype: 'int64', dims: [3, 5] },
      { name: 'attention_mask', dtype: 'int64', dims: [3, 5] },
    ]);
    expect(results[0]?.parity.outputs.map(({ output }) => output).toSorted()).toEqual(['embedding', 'logits']);
  });
});

describe.concurrent('--batch', () => {
  test('compares at every size that is asked for, as rows in text and in JSON', async () => {
    const text = await compare('a.onnx', 'same.onnx', '--batch', '1,8');
    expect(text.stdout).toMatch(
      /batch 1: x float32 \[1, 4\]\n.*y +match[^]*batch 8: x float32 \[8, 4\]\n.*y +match[^]*size/,
    );
    expect(text.code).toBe(0);
    const json = await compare('a.onnx', '--backend', 'ort-node/cpu,ort-web/wasm', '--batch', '1,8', '--json');
    const { verdict, results } = documentOf(json);
    expect(results.map(({ backend, batch, feeds }) => [backend, batch, feeds[0]?.dims])).toEqual([
      ['ort-web/wasm', 1, [1, 4]],
      ['ort-web/wasm', 8, [8, 4]],
    ]);
    expect([verdict, json.code]).toEqual(['match', 0]);
  });

  test('is as good as its worst size: a model that is wrong beyond its first row is a mismatch', async () => {
    put('mean.onnx', batchMeanModel());
    const alone = await compare('identity.onnx', 'mean.onnx', '--batch', '1', '--json');
    expect([documentOf(alone).verdict, alone.code]).toEqual(['match', 0]);
    const both = await compare('identity.onnx', 'mean.onnx', '--batch', '1,8', '--json');
    expect(documentOf(both).results.map(({ parity }) => parity.verdict)).toEqual(['match', 'mismatch']);
    expect([documentOf(both).verdict, both.code]).toEqual(['mismatch', 1]);
  });

  test('contradicts --inputs', async () => {
    put('eight.npz', writeNpz({ x: tensor('float32', [8, 4], new Float32Array(32)) }));
    expect(await compare('a.onnx', 'same.onnx', '--inputs', 'eight.npz', '--batch', '8')).toEqual(
      refusedWith('--batch sizes drawn feeds, and --inputs gives them'),
    );
  });
});

describe.concurrent('drawn inputs', () => {
  test('are the same for the same seed, others for another', async () => {
    const [one, again, other] = await Promise.all([
      compare('a.onnx', 'near.onnx', '--json', '--seed', '3'),
      compare('a.onnx', 'near.onnx', '--json', '--seed', '3'),
      compare('a.onnx', 'near.onnx', '--json', '--seed', '4'),
    ]);
    expect(documentOf(one).seed).toBe(3);
    expect(documentOf(again).results).toEqual(documentOf(one).results);
    expect(documentOf(other).results).not.toEqual(documentOf(one).results);
  });

  test.each([
    ['--range', 'x=1:0', 'is no range'],
    ['--backend', 'ort-nod/cpu', 'did you mean ort-node/cpu?'],
    ['--backend', 'tfjs/wasm', 'does not open onnx files'],
    ['--backend', 'ort-node/cpu,ort-web/wasm,ort-node/cpu', '3 backends for 2 files'],
  ])('with %s %s are refused', async (option, value, words) => {
    expect(await compare('a.onnx', 'same.onnx', option, value)).toEqual(refusedWith(words));
  });

  test('of float16 are refused with the way to give them', async () => {
    expect(await compare('half.onnx', 'half.onnx')).toEqual(refusedWith('--inputs'));
  });
});

describe.concurrent('--inputs', () => {
  const x = tensor(
    'float32',
    [2, 4],
    Float32Array.from({ length: 8 }, (_, index) => index / 7),
  );

  test('are fed as they are', async () => {
    put('x.npz', writeNpz({ x }));
    const outcome = await compare('a.onnx', 'same.onnx', '--inputs', 'x.npz', '--json');
    expect(outcome.code).toBe(0);
    expect(documentOf(outcome)).toMatchObject({
      seed: null,
      results: [{ batch: null, feeds: [{ name: 'x', dtype: 'float32', dims: [2, 4] }] }],
    });
  });

  test("with a wrong name are refused, and the model's own inputs are told", async () => {
    put('wrong.npz', writeNpz({ image: x }));
    const outcome = await compare('a.onnx', 'same.onnx', '--inputs', 'wrong.npz');
    expect(outcome).toEqual(refusedWith("wrong.npz: has an array 'image' that is no input"));
    expect(outcome.stderr).toContain('x float32 [batch, 4]');
  });
});

describe.concurrent('what a backend does wrong', () => {
  test('refuse a model: one error that names the file', async () => {
    expect(await compare('a.onnx', 'refused.onnx')).toEqual(
      refusedWith('refused.onnx: ort-node/cpu cannot open it (refused)'),
    );
  });

  test('have one backend only: nothing to compare with', async () => {
    expect(await compare('a.onnx', '--backend', 'ort-node/cpu')).toEqual(refusedWith('nothing to compare with'));
  });

  test("take other inputs than the first file: the runtime's reason, no stack", async () => {
    expect(await compare('a.onnx', 'wide.onnx')).toEqual(
      refusedWith('wide.onnx: ort-node/cpu cannot run it (refused)'),
    );
    expect(await compare('a.onnx', 'two.onnx')).toEqual(refusedWith('has 2 inputs (x, z), the first file has 1 (x)'));
  });

  test('crash while running: the signal, no stack, no result', async () => {
    expect(await onpar(['compare', '--only', 'parity', 'a.onnx', 'same.onnx'], faultEnv('SIGSEGV@run'))).toEqual(
      refusedWith('a.onnx: ort-node/cpu cannot run it (crashed): the worker was killed by SIGSEGV'),
    );
  });

  test('crash while opening: the same', async () => {
    expect(await onpar(['compare', '--only', 'parity', 'a.onnx', 'same.onnx'], faultEnv('SIGSEGV@open'))).toEqual(
      refusedWith('cannot open it (crashed): the worker was killed by SIGSEGV'),
    );
  });
});

describe.concurrent('ONPAR_DEADLINE', () => {
  const args = ['compare', '--only', 'parity', 'a.onnx', 'same.onnx'];

  test('is the limit of each call to a worker here, too', async () => {
    const outcome = await onpar(args, { ...faultEnv('sleeps@run'), ONPAR_DEADLINE: '5' });
    expect(outcome).toEqual(refusedWith('(timed-out): run did not return within 5 s'));
  });

  test.each(['soon', '0', '-1', 'Infinity', '1e9'])('of %s is refused before anything starts', async (text) => {
    const words = `ONPAR_DEADLINE: is "${text}", expected seconds above 0`;
    expect(await onpar(args, { ONPAR_DEADLINE: text })).toEqual(refusedWith(words));
    expect(await onpar(['doctor', 'ort-node/cpu'], { ONPAR_DEADLINE: text })).toEqual(refusedWith(words));
  });
});
