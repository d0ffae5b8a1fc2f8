import { expect, test } from 'vitest';
import { graphOf } from '../../../src/diff/graph.ts';

const cpu = (operators: Record<string, number>): Record<string, number> =>
  Object.fromEntries(Object.entries(operators).map(([name, count]) => [`CPUExecutionProvider ${name}`, count]));

test('is silent where every kernel is as before, and where a side cannot say', () => {
  const kernels = cpu({ Conv: 3, Gemm: 1 });
  expect(graphOf(kernels, { ...kernels })).toEqual({ sentence: null, base: kernels, new: kernels });
  expect(graphOf(null, kernels)).toBeNull();
  expect(graphOf(kernels, null)).toBeNull();
});

test.each([
  ['more nodes', cpu({ Conv: 14 }), cpu({ Conv: 14, ReorderOutput: 3 }), '14 -> 17 nodes (+3 ReorderOutput)'],
  [
    'as many others',
    cpu({ Gemm: 2, Relu: 1 }),
    cpu({ FusedGemm: 2, Relu: 1 }),
    '3 nodes as before (+2 FusedGemm, -2 Gemm)',
  ],
  [
    'the same nodes elsewhere',
    cpu({ Conv: 2 }),
    { 'CUDAExecutionProvider Conv': 1, 'CPUExecutionProvider Conv': 1 },
    '2 nodes as before (-1 Conv on CPUExecutionProvider, +1 Conv on CUDAExecutionProvider)',
  ],
  [
    'many changes: those that changed most',
    cpu({ A: 1, B: 1, C: 1, D: 9 }),
    cpu({ E: 5, F: 1 }),
    '12 -> 6 nodes (-9 D, +5 E, -1 A, -1 B, 2 more)',
  ],
])('says %s', (_, base, ours, words) => {
  expect(graphOf(base, ours)?.sentence).toBe(`optimized graph: ${words}`);
});
