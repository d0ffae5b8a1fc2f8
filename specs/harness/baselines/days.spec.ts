import { expect, test } from 'vitest';
import { hasRoom, withDay } from '../../../src/baselines/days.ts';

const sample = (value: number): [number, number] => [value, value + 1];
const of = (count: number): Record<string, [number, number]> =>
  Object.fromEntries(Array.from({ length: count }, (_, day) => [`2026-11-${String(day + 1).padStart(2, '0')}`, sample(day + 1)]));

test('there is room for eight days, each once; and where no days were kept', () => {
  expect(hasRoom(of(7), '2026-12-01')).toBe(true);
  expect(hasRoom(of(8), '2026-12-01')).toBe(false);
  expect(hasRoom(of(7), '2026-11-03')).toBe(false);
  expect(hasRoom([1, 2], '2026-12-01')).toBe(true);
});

test('a day is added to those of the same level', () => {
  for (const verdict of ['steady', 'inconclusive'] as const)
    expect(withDay(of(2), '2026-12-01', sample(9), verdict)).toEqual({ ...of(2), '2026-12-01': sample(9) });
});

test('another level starts anew, and so does what was blessed before days were kept', () => {
  for (const verdict of ['slower', 'faster'] as const)
    expect(withDay(of(8), '2026-12-01', sample(9), verdict)).toEqual({ '2026-12-01': sample(9) });
  for (const old of [undefined, sample(1)])
    expect(withDay(old, '2026-12-01', sample(9), 'steady')).toEqual({ '2026-12-01': sample(9) });
});
