import { expect, test } from 'vitest';
import { onpar } from '../../../src/vitest/plugin.ts';

test('the plugin sets processes of their own, no time limit on what queues for a worker, and leaves base versions alone', () => {
  const { config } = onpar() as unknown as { config: () => object };
  expect(config()).toEqual({
    test: {
      pool: 'forks',
      testTimeout: 0,
      hookTimeout: 0,
      sequence: { concurrent: false },
      exclude: ['**/node_modules/**', '**/.git/**', '**/.onpar/**'],
    },
  });
});
