import { expect, test } from 'vitest';
import { accuracy, flips, nearTies, topOne } from '../../../src/compare/decisions.ts';
import { f32, of } from './making.ts';

const rows = (...values: number[][]) => of('float32', [values.length, values[0]!.length], values.flat());

test('top-1 is the greatest; of equals the lowest index; a NaN decides nothing', () => {
  const given = rows(
    [1, 3, 2],
    [5, 5, 4],
    [-3, -1, -1],
    [NaN, 1, 2],
    [1, 2, NaN],
    [-Infinity, -Infinity, 0],
    [0, 0, 0],
  );
  expect([...topOne(given)]).toEqual([1, 0, 1, -1, -1, 2, 0]);
  expect([...topOne(f32(1, 2))]).toEqual([1]);
  expect([...topOne(of('float16', [2, 1, 2], [1, 2, 2, 1]))]).toEqual([1, 0]);
  expect([...topOne(of('float32', [0, 2], []))]).toEqual([]);
});

test.each([
  [[], [1]],
  [[2, 0], []],
])('refuses dims %o: there are no classes', (dims, values) => {
  expect(() => topOne(of('float32', dims, values))).toThrow('no classes on the last axis');
});

test('flips are the rows that decide otherwise', () => {
  const expected = rows([1, 2], [3, 1], [0, 1], [1, 0]);
  expect(flips(rows([1, 2], [3, 4], [0, 1], [0, 1]), expected)).toEqual({ count: 2, n: 4, rows: [1, 3] });
  expect(flips(expected, expected)).toEqual({ count: 0, n: 4, rows: [] });
  expect(() => flips(rows([1, 2]), expected)).toThrow('flips need equal dims, got [1, 2] and [4, 2]');
});

test('a row with a NaN agrees with nothing, not even another NaN', () => {
  expect(flips(rows([NaN, 1], [1, 0]), rows([NaN, 1], [1, 0])).rows).toEqual([0]);
  expect(flips(rows([NaN, 1]), rows([0, 1])).rows).toEqual([0]);
  expect(flips(rows([0, 1]), rows([0, NaN])).rows).toEqual([0]);
});

test('near-ties have a margin that the tolerance of both could bridge', () => {
  const expected = rows([5, 1, 4.7], [5, 4.4, 1], [7, 7, 1], [NaN, 1, 1], [1, 4, 4.3]);
  expect(nearTies(expected, { atol: 0.2, rtol: 0 }, 1)).toEqual([0, 2, 4]);
  expect(nearTies(expected, { atol: 0.1, rtol: 0 }, 2)).toEqual([0, 2, 4]);
  expect(nearTies(expected, { atol: 0.2, rtol: 0 }, 0.5)).toEqual([0, 2, 4]);
  expect(nearTies(expected, { atol: 0, rtol: 0 }, 9)).toEqual([2]);
  expect(nearTies(rows([-5, -4.5]), { atol: 0, rtol: 0.05 }, 1)).toEqual([]);
  expect(nearTies(rows([-5, -4.5]), { atol: 0, rtol: 0.06 }, 1)).toEqual([0]);
  expect(nearTies(rows([1], [2]), { atol: 9, rtol: 0 }, 1)).toEqual([]);
});

test('accuracy counts rows decided as labelled', () => {
  const logits = rows([1, 2], [3, 1], [0, 1], [NaN, 1]);
  expect(accuracy(logits, Uint8Array.of(1, 1, 1, 1))).toEqual({ correct: 2, n: 4 });
  expect(() => accuracy(logits, Uint8Array.of(1))).toThrow('4 rows but 1 labels');
});
