import fc from 'fast-check';
import { expect, test } from 'vitest';
import { judgePaired } from '../../../src/judge/paired.ts';
import { pairedSettings, pairedSettingsOf, tailShare } from '../../../src/judge/settings.ts';
import { randomFrom } from '../../../src/stats/random.ts';
import { looksOf } from '../../../src/stats/sequential.ts';
import { drawPairs } from '../support/noise.ts';

const pairsOf = (seconds: number): number[] => pairedSettingsOf({ seconds }).looks.map(({ pairs }) => pairs);

test('the usual plan looks at 8, 12, 16 and 20 pairs and confirms with ten', () => {
  expect(pairedSettings.looks.map(({ pairs }) => pairs)).toEqual([8, 12, 16, 20]);
  expect(pairedSettings.confirming).toBe(10);
});

test('more time is more pairs and a larger confirmation; less is fewer looks, the last of which spends all', () => {
  expect(pairsOf(40)).toEqual([8, 22, 36, 50]);
  expect(pairedSettingsOf({ seconds: 40 }).confirming).toBe(25);
  // Fewer than ten cannot decide of the tail.
  expect(pairsOf(7)).toEqual([8, 9, 10]);
  expect(pairedSettingsOf({ seconds: 7 }).looks.map(({ spent }) => spent)).toEqual([0.45, 0.8, 1]);
  expect(pairedSettingsOf({ seconds: 7, alpha: 0.2 }).looks).toEqual([{ pairs: 8, spent: 1 }]);
});

test('whatever a card asks for, looks ascend, spend at most alpha in all, and the last one can decide in both channels', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 7, max: 40, noNaN: true }),
      fc.double({ min: 1e-4, max: 0.2, noNaN: true }),
      (seconds, alpha) => {
        const { looks } = pairedSettingsOf({ seconds, alpha });
        const pairs = looks.map((look) => look.pairs);
        expect(pairs).toEqual([...new Set(pairs)].toSorted((a, b) => a - b));
        expect(looks.at(-1)?.spent).toBe(1);
        for (const share of [1 - tailShare, tailShare]) {
          const able = looksOf(looks, alpha * share);
          expect(able.reduce((sum, { error }) => sum + error, 0)).toBeLessThanOrEqual(alpha * share * (1 + 1e-9));
          expect(able.at(-1)?.pairs).toBe(pairs.at(-1));
        }
      },
    ),
    // The tail would have spent at ten pairs what it needs at eleven.
    { examples: [[8.8, 0.012207031237499997]] },
  );
});

test('a margin above that of the tail holds for the tail as well: all calls that get slower make it longer', () => {
  expect([0.005, 0.2].map((margin) => pairedSettingsOf({ margin, budget: 0.3 }).tailMargin)).toEqual([0.1, 0.2]);
  const fifteen = drawPairs(randomFrom(1), 20, { factor: 1.15, calls: 10 });
  expect(judgePaired(fifteen, pairedSettingsOf({ margin: 0.2, budget: 0.3 })).verdict).toBe('steady');
  expect(judgePaired(fifteen).verdict).toBe('slower');
});
