import { expect, test } from 'vitest';
import { settle } from '../../../src/cli/compare-files.ts';
import { blame } from '../../../src/cli/sides.ts';
import type { OpenSide, Side } from '../../../src/cli/sides.ts';
import { WorkerFailure } from '../../../src/workers/worker.ts';

const side = (id: string): Side => ({ file: 'model.json', backend: { id } }) as Side;
const base = side('tfjs-node/cpu');
const sides = [base, side('tfjs/cpu'), side('tfjs/wasm')];
const options = { only: 'parity' } as never;
const opening = (kind: WorkerFailure['kind']): Promise<OpenSide>[] => [
  Promise.resolve(sides[1] as OpenSide),
  Promise.reject(new WorkerFailure(kind, 'why')).catch(blame(side('tfjs/wasm'), 'open')),
];

test('a backend that nobody named and that refuses is not here', async () => {
  const { able, absent } = await settle(sides, opening('refused'), options);
  expect(able).toEqual([sides[1]]);
  expect(absent).toEqual([expect.stringContaining('tfjs/wasm: model.json: tfjs/wasm cannot open it (refused): why')]);
});

test.each(['crashed', 'timed-out'] as const)(
  'one that %s is an error: it was never asked for its answer',
  async (kind) => {
    await expect(settle(sides, opening(kind), options)).rejects.toThrow(`tfjs/wasm cannot open it (${kind}): why`);
  },
);

test('one that was named may not even refuse', async () => {
  await expect(settle(sides, opening('refused'), { backend: ['tfjs/cpu', 'tfjs/wasm'] } as never)).rejects.toThrow(
    'refused',
  );
});

test('the only other backend may, and a second file may not', async () => {
  const refused = opening('refused').slice(1);
  refused[0]?.catch(() => undefined);
  const wasm = side('tfjs/wasm');
  expect((await settle([base, wasm], refused, options)).able).toEqual([]);
  await expect(settle([base, { ...wasm, file: 'other.json' }], refused, options)).rejects.toThrow('refused');
});
