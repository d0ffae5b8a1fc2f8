import { describe, expect, test } from 'vitest';
import { warningsAbout } from '../../../src/judge/narrower.ts';
import type { Costs } from '../../../src/judge/narrower.ts';

const costs = (artifact: string, low: number, high: number, bytes: number | null): Costs => ({
  artifact,
  batch: 8,
  bytes,
  interval: { low, high, level: 0.95 },
});
const parent = costs('float32', 90, 100, 4_000_000);

describe('an artifact of lower precision', () => {
  test('that is surely slower than what it was made from is warned of', () => {
    expect(warningsAbout(costs('int8', 133, 150, 1_000_000), parent)).toEqual([
      'slower than float32 at batch 8, which it was made from: at least 1.33x its time',
    ]);
  });

  test('that is no smaller is warned of, also where it is as large', () => {
    const words = ['no smaller than float32, which it was made from: 3.8 MiB and 3.8 MiB'];
    expect(warningsAbout(costs('int8', 50, 60, 4_000_000), parent)).toEqual(words);
    expect(warningsAbout(costs('int8', 50, 60, 3_999_999), parent)).toEqual([]);
  });

  test('is warned of for both', () => {
    expect(warningsAbout(costs('int8', 406, 410, 5_000_000), parent)).toHaveLength(2);
  });

  test.each([
    ['whose interval meets the other', costs('int8', 99, 150, 1)],
    ['that is slower by less than anybody gates', costs('int8', 102.9, 150, 1)],
    ['that is faster', costs('int8', 40, 41, 1)],
    ['that was not timed', { ...costs('int8', 0, 0, 1), interval: null }],
    ['that is the same file, quantized as it is opened', costs('int8', 40, 41, null)],
  ])('%s is not', (_, own) => {
    expect(warningsAbout(own, parent)).toEqual([]);
  });

  test('is not where the other was not timed', () => {
    expect(warningsAbout(costs('int8', 400, 410, 1), { ...parent, interval: null })).toEqual([]);
  });
});
