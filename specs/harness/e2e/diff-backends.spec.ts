import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Diff } from '../../../src/diff/diff.generated.ts';
import { newWorkplace, repository } from '../cli/onpar.ts';

const { onpar, folder } = newWorkplace();

test('onpar diff of one file on two backends: both answer, and each arm of the pairs runs on its own', async () => {
  const image = join(repository, 'fixtures/models/fashion-cnn/model.onnx');
  const { stdout, stderr } = await onpar(['diff', image, '--base', 'ort-web/wasm', '--json']);
  expect(stdout, stderr).not.toBe('');
  const found = JSON.parse(stdout) as Diff;
  expect([found.base, found.new]).toEqual(['ort-web/wasm', 'ort-node/cpu']);
  const [row] = found.cases;
  expect(row?.differs).toContain('ort-web/wasm -> ort-node/cpu');
  expect(row?.parity?.move).toBe('within');
  // wasm cannot say what it made of the graph.
  expect(row?.graph).toBeNull();
  const [, ...pairs] = readFileSync(join(folder, row?.latency?.trace ?? ''), 'utf8')
    .trim()
    .split('\n');
  expect(pairs.length).toBeGreaterThanOrEqual(8);
  const least = { A: Infinity, B: Infinity };
  for (const { blocks } of pairs.map((line) => JSON.parse(line)))
    for (const { order, visits } of blocks)
      for (const [at, arm] of [...order].entries())
        least[arm as 'A' | 'B'] = Math.min(least[arm as 'A' | 'B'], ...visits[at]);
  // Several times slower on any machine: an arm in the wrong place would be as fast as the other.
  expect(least.A / least.B).toBeGreaterThan(1.5);
});
