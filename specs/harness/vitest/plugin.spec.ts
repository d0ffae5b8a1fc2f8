import { expect, test } from 'vitest';
import { onpar } from '../../../src/vitest/plugin.ts';

test('the plugin sets processes of their own, and no time limit on what queues for a worker', () => {
  const { config } = onpar() as unknown as { config: () => object };
  expect(config()).toEqual({ test: { pool: 'forks', testTimeout: 0, hookTimeout: 0 } });
});
