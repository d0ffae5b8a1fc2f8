import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pairedSettings, pairedSettingsOf, tailShare } from '../../../src/judge/settings.ts';
import { looksOf } from '../../../src/stats/sequential.ts';

const pairsOf = (seconds: number): number[] => pairedSettingsOf({ seconds }).looks.map(({ pairs }) => pairs);

test('the usual plan looks at 8, 12, 16 and 20 pairs and confirms with 12', () => {
  expect(pairedSettings.looks.map(({ pairs }) => pairs)).toEqual([8, 12, 16, 20]);
  expect(pairedSettings.confirming).toBe(12);
});

test('more time is more pairs and a larger confirmation; less is fewer looks, the last of which spends all', () => {
  expect(pairsOf(40)).toEqual([8, 22, 36, 50]);
  expect(pairedSettingsOf({ seconds: 40 }).confirming).toBe(30);
  expect(pairsOf(7)).toEqual([8]);
  expect(pairedSettingsOf({ seconds: 7 }).looks[0]?.spent).toBe(1);
});

test('whatever a card asks for, looks ascend, spend at most alpha in all, and the last one can decide in both channels', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 7, max: 40, noNaN: true }),
      fc.double({ min: 0.005, max: 0.2, noNaN: true }),
      (seconds, alpha) => {
        const { looks } = pairedSettingsOf({ seconds, alpha });
        const pairs = looks.map((look) => look.pairs);
        expect(pairs).toEqual([...new Set(pairs)].toSorted((a, b) => a - b));
        expect(looks.at(-1)?.spent).toBe(1);
        const able = looksOf(looks, alpha * (1 - tailShare));
        expect(able.reduce((sum, { error }) => sum + error, 0)).toBeLessThanOrEqual(alpha * (1 - tailShare));
        expect(able.at(-1)?.pairs).toBe(pairs.at(-1));
      },
    ),
  );
});
