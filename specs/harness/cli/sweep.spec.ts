import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { summarize } from '../../../src/cli/sweep.ts';
import type { Sweep } from '../../../src/sweep/sweep.generated.ts';
import { faultEnv } from '../support/faulty.ts';
import { batchMeanModel, hugeModel, linearModel } from '../support/onnx.ts';
import { newProject } from '../support/project.ts';
import { newWorkplace, onparIn, repository } from './onpar.ts';
import type { Outcome } from './onpar.ts';

const { folder, onpar, put } = newWorkplace();
const weights = Array.from({ length: 12 }, (_, index) => Math.sin(index + 1));

put('a.onnx', linearModel(4, 3, weights));
put('fixed.onnx', linearModel(4, 3, weights, 8));
put('mean.onnx', batchMeanModel());
put('huge.onnx', hugeModel());
// 256 KiB an answer.
put(
  'wide.onnx',
  linearModel(
    1,
    65_536,
    Array.from({ length: 65_536 }, (_, index) => index % 7),
  ),
);

type Env = Readonly<Record<string, string>>;
const sweep = (args: readonly string[], env: Env = {}): Promise<Outcome> =>
  onpar(['compare', '--backend', 'ort-node/cpu', ...args], env);

async function documentOf(args: readonly string[], env: Env = {}): Promise<Sweep> {
  const { code, stdout, stderr } = await sweep([...args, '--json'], env);
  expect(stderr).not.toContain('failed');
  const document = JSON.parse(stdout) as Sweep;
  expect(document.summary.exitCode).toBe(code);
  return document;
}

const outcomes = ({ series }: Sweep): string[] =>
  series.flatMap(({ points }) => points.map(({ batch, outcome }) => `${batch} ${outcome}`));

const refusedWith = (words: string): Outcome => ({
  code: 2,
  stdout: '',
  stderr: expect.stringContaining(words) as string,
});

describe('a sweep', () => {
  test('has latency, throughput and memory at every size, the knee, a page and the command that repeats it', async () => {
    const document = await documentOf(['a.onnx', '--batch', '1..4,16', '--changing']);
    expect(outcomes(document)).toEqual(['1 measured', '2 measured', '4 measured', '16 measured']);
    const [series] = document.series;
    for (const { batch, steady, throughput, peakBytes, deviceBytes, processes } of series!.points) {
      expect(throughput).toBeCloseTo(batch / steady!, 6);
      expect(peakBytes).toBeGreaterThan(20 * 2 ** 20);
      expect([deviceBytes, processes]).toEqual([null, 3]);
    }
    expect(series!.points.map(({ batch }) => batch)).toContain(series!.knee!.batch);
    expect(series!.changing!.map(({ batch }) => batch)).toEqual([1, 2, 4, 16]);
    for (const { first, again, ratio, interval } of series!.changing!) {
      for (const value of [first, again, ratio]) expect(value).toBeGreaterThan(0);
      expect(interval.low).toBeLessThanOrEqual(ratio);
      expect(interval.high).toBeGreaterThanOrEqual(ratio);
    }
    expect(document.summary).toEqual({ measured: 4, lost: 0, red: 0, exitCode: 0 });
    expect(document.command).toBe('onpar compare a.onnx --backend ort-node/cpu --batch 1..4,16 --changing');
    expect(readFileSync(join(folder, '.onpar', 'sweep.html'), 'utf8')).toContain('What does batching buy a.onnx?');
  });

  test('beyond the limit of memory says so at that size, does not try larger ones, and goes on', async () => {
    const args = ['wide.onnx', 'a.onnx', '--batch', '1,1024..2048', '--memory-limit', '250MiB'];
    const document = await documentOf(args);
    expect(outcomes(document)).toEqual([
      '1 measured',
      '1024 out-of-memory',
      '2048 skipped',
      '1 measured',
      '1024 measured',
      '2048 measured',
    ]);
    const [, lost, skipped] = document.series[0]!.points;
    expect(lost).toMatchObject({
      steady: null,
      throughput: null,
      reason: expect.stringMatching(/^needs more than the limit of 250 MiB/),
    });
    expect(skipped!.reason).toBe('not tried: memory ran out at batch 1024');
    expect(document.summary).toEqual({ measured: 4, lost: 2, red: 0, exitCode: 0 });
    expect(document.limit?.bytes).toBe(250 * 2 ** 20);

    const { stdout } = await sweep(args);
    expect(stdout).toMatch(/\n +1024 +! out of memory: needs more than the limit of 250 MiB/);
    expect(stdout).toMatch(/\n +2048 +· skipped: not tried: memory ran out at batch 1024\n/);
    expect(stdout).toContain('4 points measured · 2 without a number');
  });

  test.each([
    ['a limit that nothing can hold', ['a.onnx', '--memory-limit', '1MiB'], {}],
    ["a runtime's own refusal", ['huge.onnx'], {}],
    ['the kernel', ['a.onnx'], faultEnv('SIGKILL@run')],
    ['an abort of C++', ['a.onnx'], faultEnv('bad-alloc@run')],
  ])('that proves nothing ends with 1: out of memory by %s', async (_, args, env) => {
    const document = await documentOf([...args, '--batch', '1..2'], env);
    expect(outcomes(document)).toEqual(['1 out-of-memory', '2 skipped']);
    expect(document.summary).toEqual({ measured: 0, lost: 2, red: 0, exitCode: 1 });
  });

  test('over a fixed batch axis runs its own size, and says at others how to export a symbolic one', async () => {
    const document = await documentOf(['fixed.onnx', '--batch', '4..16']);
    expect(outcomes(document)).toEqual(['4 fixed-axis', '8 measured', '16 fixed-axis']);
    expect(document.series[0]!.points[0]!.reason).toBe(
      "its batch axis is fixed at 8: export a symbolic one, such as torch.onnx.export(…, dynamic_axes={'x': {0: 'batch'}})",
    );
    expect(document.summary.exitCode).toBe(0);
    const nothing = await documentOf(['fixed.onnx', '--batch', '1..4']);
    expect(nothing.summary).toEqual({ measured: 0, lost: 3, red: 0, exitCode: 1 });
  });

  test('of answers that depend on the size is a mismatch, and red', async () => {
    const document = await documentOf(['mean.onnx', '--batch', '1..2']);
    expect(outcomes(document)).toEqual(['1 measured', '2 mismatch']);
    expect(document.series[0]!.points[1]).toMatchObject({
      steady: null,
      reason: expect.stringMatching(/^y differs by up to .* from ort-node\/cpu at batch 1, over the first 1 rows$/),
    });
    expect(document.summary).toEqual({ measured: 1, lost: 0, red: 1, exitCode: 1 });
  });

  test('a crash costs its point, and is red', async () => {
    const document = await documentOf(['a.onnx', '--batch', '1..2'], faultEnv('SIGSEGV@run'));
    expect(outcomes(document)).toEqual(['1 crashed', '2 crashed']);
    expect(document.summary).toEqual({ measured: 0, lost: 0, red: 2, exitCode: 1 });
  });

  test('a backend that breaks while it loads is red at every size', async () => {
    const { code, stdout } = await onparIn(repository)(
      ['compare', 'tiny-text/float32', '--batch', '1..2', '--backend', 'ort-node/cpu', '--json'],
      faultEnv('SIGSEGV@hello'),
    );
    const document = JSON.parse(stdout) as Sweep;
    expect(outcomes(document)).toEqual(['1 crashed', '2 crashed']);
    expect([code, document.summary.red]).toEqual([1, 2]);
  });

  test('of a project holds the models and artifacts that its words name', async () => {
    const args = ['compare', 'tiny-text/float32', '--batch', '1..2', '--backend', 'ort-node/cpu', '--json'];
    const { stdout } = await onparIn(repository)(args);
    const document = JSON.parse(stdout) as Sweep;
    expect(document.series.map(({ subject }) => subject)).toEqual(['tiny-text/float32']);
    expect(document.summary).toEqual({ measured: 2, lost: 0, red: 0, exitCode: 0 });
  });

  test('does not make inputs that no call carries', async () => {
    const rows = 65_536;
    put(
      'long.onnx',
      linearModel(
        rows,
        1,
        Array.from({ length: rows }, () => 1),
      ),
    );
    const document = await documentOf(['long.onnx', '--batch', '1..1,65536']);
    expect(outcomes(document)).toEqual(['1 measured', '65536 skipped']);
    expect(document.series[0]!.points[1]!.reason).toBe('inputs of 16.0 GiB, and a call carries 4 GiB');
  });

  test('of an artifact that is not what its card says is refused at every size, and the others go on', async () => {
    const project = newProject();
    try {
      const file = project.put('fixtures/models/linear/model.onnx', linearModel(4, 3, weights));
      const artifacts = {
        float32: { format: 'onnx', precision: 'float32', files: [file] },
        stale: { format: 'onnx', precision: 'float32', files: [{ ...file, sha256: '0'.repeat(64) }] },
      };
      project.card('linear', { artifacts });
      const { code, stdout } = await onparIn(project.root)([
        'compare',
        'linear',
        '--batch',
        '1..2',
        '--backend',
        'ort-node/cpu',
        '--json',
      ]);
      const document = JSON.parse(stdout) as Sweep;
      expect(outcomes(document)).toEqual(['1 measured', '2 measured', '1 refused', '2 refused']);
      expect(document.series[1]).toMatchObject({ subject: 'linear/stale', backend: 'ort-node/cpu' });
      expect(document.series[1]!.points[0]!.reason).toContain('its content changed');
      expect([code, document.summary]).toEqual([1, { measured: 2, lost: 0, red: 2, exitCode: 1 }]);
    } finally {
      project.remove();
    }
  });

  test('a backend that is not here is a row with its reason', async () => {
    const { stdout } = await onparIn(repository)(
      ['compare', 'tiny-text/torch', '--batch', '1..2', '--backend', 'torch/eager'],
      { ONPAR_PYTHON: '/nowhere/python' },
    );
    expect(stdout).toContain(
      '· not here: ONPAR_PYTHON is /nowhere/python, which does not run; npx onpar provision torch',
    );
    expect(stdout).toContain('0 points measured · 1 not here (torch/eager)');
  });
});

describe('refused are', () => {
  test.each([
    [['--batch', '5..1'], "--batch: '5..1' ends before it begins"],
    [['--batch', '1..1e9'], "--batch: '1..1e9' is no batch size"],
    [['--batch', '1..8', '--inputs', 'x.npz'], '--inputs is for one batch size'],
    [['--batch', '1..8', '--only', 'parity'], '--only is for one batch size'],
    [['--batch', '1..8', '--dim', 'batch=4'], 'no input has a batch axis to size'],
    [['--memory-limit', '2GiB'], 'names no batch size'],
    [['--batch', '1..8', '--memory-limit', '2'], "--memory-limit: '2' is no amount of memory"],
    [['--batch', '1..8', '--memory-limit', '0GiB'], "--memory-limit: '0GiB' is no amount of memory"],
  ])('%j', async (args, words) => {
    expect(await sweep(['a.onnx', ...args])).toEqual(refusedWith(words));
  });

  test('a backend of another format', async () => {
    expect(await onpar(['compare', 'a.onnx', '--backend', 'tfjs/wasm', '--batch', '1..2'])).toEqual(
      refusedWith('no backend that was named opens onnx files'),
    );
  });

  test('a backend that was named and opens none of the files, beside one that does', async () => {
    expect(await onpar(['compare', 'a.onnx', '--backend', 'ort-node/cpu,tfjs/wasm', '--batch', '1..2'])).toEqual(
      refusedWith('tfjs/wasm opens none of these'),
    );
  });
});

test('every outcome is counted once', () => {
  const words = ['measured', 'mismatch', 'out-of-memory', 'fixed-axis', 'refused', 'crashed', 'timed-out', 'skipped'];
  const points = words.map((outcome, index) => ({ batch: index + 1, outcome }));
  const series = [{ points }] as unknown as Sweep['series'];
  expect(summarize(series)).toEqual({ measured: 1, lost: 3, red: 4, exitCode: 1 });
});
