import { describe, expect, test } from 'vitest';
import { faultEnv } from '../support/faulty.ts';
import { newWorkplace } from './onpar.ts';

const { onpar, put } = newWorkplace();
put('model.pt', 'PK\u0003\u0004 data.pkl');
put('pointer.onnx', 'version https://git-lfs.github.com/spec/v1\n');

describe.concurrent('help and version', () => {
  test('name every command, and every option of compare, and end with 0', async () => {
    const help = await onpar(['--help']);
    expect(help.code).toBe(0);
    for (const command of ['compare', 'diff', 'bless', 'doctor', 'provision', 'gate'])
      expect(help.stdout).toContain(command);
    const compare = await onpar(['compare', '--help']);
    expect(compare.code).toBe(0);
    for (const option of [
      '--backend',
      '--batch',
      '--threads',
      '--inputs',
      '--seed',
      '--dim',
      '--range',
      '--quantized',
      '--only',
      '--json',
      'Examples:',
    ])
      expect(compare.stdout).toContain(option);
    expect(await onpar(['--version'])).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
      stderr: '',
    });
  });
});

describe.concurrent('bad usage ends with 2, one clear error and nothing on stdout', () => {
  test.each([
    ['an unknown command', ['comparee'], 'Did you mean compare?'],
    ['an unknown option', ['compare', '--bakend', 'x'], 'Did you mean --backend?'],
    ['an option without its value', ['compare', '--seed'], 'argument missing'],
    ['a choice that there is not', ['compare', 'a.onnx', '--only', 'latency'], 'Allowed choices are parity'],
    ['an unknown backend of doctor', ['doctor', 'ort-nod/cpu'], 'did you mean ort-node/cpu?'],
    ['no project here', ['compare'], 'no fixtures/models here or above'],
    ['a word outside of any project', ['compare', 'simplecnn'], 'no fixtures/models here or above'],
    ['no project to bless', ['bless'], 'no fixtures/models here or above'],
    ['an unknown kind to bless', ['bless', '--only', 'speed'], 'speed'],
    ['three files', ['compare', 'a.onnx', 'b.onnx', 'c.onnx'], '3 files'],
    ['a missing file', ['compare', 'gone.onnx', 'gone.onnx'], 'gone.onnx: does not exist'],
    ['a pickled file', ['compare', 'model.pt'], 'zip or PyTorch archive'],
    ['an LFS pointer', ['compare', 'pointer.onnx'], 'git lfs pull'],
  ])('%s', async (_, args, words) => {
    const { code, stdout, stderr } = await onpar(args);
    expect(stderr).toContain(words);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });
});

test('doctor names a backend that is here, with its version, as text and as JSON', async () => {
  const text = await onpar(['doctor', 'ort-node/cpu']);
  expect(text).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/ort-node\/cpu +\d+\.\d+\.\d+ +CPUExecutionProvider/),
  });
  const json = await onpar(['doctor', 'ort-node/cpu', '--json']);
  expect(JSON.parse(json.stdout)).toMatchObject({
    backends: [{ id: 'ort-node/cpu', state: { available: true, provider: 'CPUExecutionProvider' } }],
  });
});

test('doctor tells a backend that breaks while it loads from one that is not here, and ends with 0 all the same', async () => {
  const broken = faultEnv('SIGSEGV@hello');
  expect(await onpar(['doctor', 'ort-node/cpu'], broken)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('✗ ort-node/cpu  the runtime did not load: the worker was killed by SIGSEGV'),
  });
  const json = await onpar(['doctor', 'ort-node/cpu', '--json'], broken);
  expect(JSON.parse(json.stdout)).toMatchObject({ backends: [{ state: { available: false, broken: 'crashed' } }] });
});

test('doctor waits as long as ONPAR_DEADLINE says', async () => {
  expect(await onpar(['doctor', 'ort-node/cpu'], { ...faultEnv('sleeps@hello'), ONPAR_DEADLINE: '1' })).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('✗ ort-node/cpu  the runtime did not load: hello did not return within 1 s'),
  });
});

test('doctor lists everything that a named backend needs, and how to bring it; unnamed ones are a line', async () => {
  const env = { LD_LIBRARY_PATH: '/nowhere' };
  const named = await onpar(['doctor', 'ort-node/tensorrt', '--json'], env);
  const [found] = JSON.parse(named.stdout).backends;
  expect(found.needs.map(({ name }: { name: string }) => name)).toEqual([
    'NVIDIA driver 525 or later',
    'cuda provider of onnxruntime-node',
    'CUDA 12',
    'cuBLAS 12',
    'cuFFT 11',
    'cuDNN 9',
    'tensorrt provider of onnxruntime-node',
    'TensorRT 10',
  ]);
  for (const { fix } of found.needs) expect(fix).toMatch(/^(https:|install |ONNXRUNTIME_NODE_INSTALL=cuda12 node )/);
  const text = await onpar(['doctor', 'ort-node/tensorrt'], env);
  expect(text.stdout).toMatch(/\n +[·✓] TensorRT 10: /);
});

test('doctor asks the runtime which opset it supports', async () => {
  const { stdout } = await onpar(['doctor', 'ort-node/cpu', '--json']);
  const [found] = JSON.parse(stdout).backends;
  expect(found.opset).toBeGreaterThanOrEqual(21);
  expect(found.beyond).toEqual([]);
});
