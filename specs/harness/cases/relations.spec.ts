import { describe, expect, test } from 'vitest';
import { listBackends } from '../../../src/backends/registry.ts';
import { caseId } from '../../../src/cases/case.ts';
import { planCases } from '../../../src/cases/plan.ts';
import type { Depth } from '../../../src/cases/plan.ts';
import type { Project } from '../../../src/cases/project.ts';
import { loadMetrics } from '../../../src/metrics/registry.ts';
import type { ModelCard } from '../../../src/models/card.ts';
import { refusal } from '../support/refusal.ts';

const backends = await listBackends();
const metric = (await loadMetrics()).get('relation') ?? expect.unreachable('no metric relation');

const file = (sha256: string) => [{ path: sha256, sha256, bytes: 1 }];
const artifacts = {
  float32: { format: 'onnx', precision: 'float32', files: file('a') },
  int8: { format: 'onnx', precision: 'int8', files: file('b'), parent: 'float32' },
  tfjs: { format: 'tfjs', precision: 'float32', files: file('c') },
  torch: { format: 'torch', precision: 'float32', files: file('d') },
  'torch-int8': { format: 'torch-int8', precision: 'int8', files: file('d'), parent: 'torch' },
};
const planned = (parts: object, depth: Depth = 'commit'): string[] => {
  const card = { id: 'm', inputs: [{ dims: ['batch'] }], artifacts, batches: [1, 8], ...parts } as unknown as ModelCard;
  const digits = { card: { id: 'digits', count: 500 } as never, located: { found: false as const, reason: 'no' } };
  const project: Project = {
    root: '/',
    models: [{ folder: '/m', card }],
    backends,
    datasets: new Map([['digits', digits]]),
    // As on a machine without a GPU.
    idle: new Map(backends.flatMap(({ id }) => (/cuda|tensorrt|webgpu/.test(id) ? [[id, 'no GPU']] : []))),
  };
  return planCases(project, metric, depth).map(caseId);
};
const relations = {
  notSlower: [{ case: 'float32/ort-node/cpu', than: 'torch/torch/eager' }],
  batching: [{ case: 'float32/ort-node/cpu', knee: 8, gain: [1, 2] }],
};

describe('relations', () => {
  test('are planned of every narrower artifact to what it was made from; not of one with the same files, nor where no backend opens both', () => {
    expect(planned({})).toEqual(['m/int8/size/than/float32']);
    expect(planned({ dataset: 'digits' })).toEqual([
      'm/int8/size/than/float32',
      'm/int8/ort-node/cpu/n500/accuracy/than/float32',
      'm/int8/ort-web/wasm/n500/accuracy/than/float32',
    ]);
  });

  test('that cards name are planned in the full suite alone', () => {
    expect(planned({ relations })).toEqual(planned({}));
    expect(planned({ relations }, 'full').slice(1)).toEqual([
      'm/float32/ort-node/cpu/b1/t1/speed/than/torch/torch/eager',
      'm/float32/ort-node/cpu/knee',
      'm/float32/ort-node/cpu/gain',
    ]);
  });

  test.each([
    [
      'an unknown rival',
      { notSlower: [{ case: 'float32/ort-node/cpu', than: 'torch/torch/swift' }] },
      "unknown backend 'torch/swift'",
    ],
    [
      'a rival of another format',
      { notSlower: [{ case: 'float32/ort-node/cpu', than: 'float32/torch/eager' }] },
      'does not open onnx files',
    ],
    [
      'a knee that is not measured',
      { batching: [{ case: 'float32/ort-node/cpu', knee: 4, gain: [1, 2] }] },
      'knee 4 is none of the batches',
    ],
  ])('are refused with %s', async (_, wrong, message) => {
    await expect(refusal(() => planned({ relations: wrong }, 'full'))).resolves.toMatchObject({
      what: expect.stringContaining(message),
    });
  });
});
