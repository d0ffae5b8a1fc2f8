import { expect, test } from 'vitest';
import {
  atMostPercent,
  bytes,
  change,
  counted,
  ends,
  exactBytes,
  percent,
  short,
  times,
} from '../../../src/judge/words.ts';

test.each([
  [percent(0.31), '31 %'],
  [percent(0.0311), '3.1 %'],
  [percent(0.1), '10 %'],
  [percent(0.0999), '10 %'],
  [percent(0), '0 %'],
  [change(1.31), '+31 %'],
  [change(0.96), '-4 %'],
  [change(1), '+0 %'],
  [change(0.9999), '+0 %'],
  [ends({ low: 1.024, high: 1.38, level: 0.9 }, 'up'), '[2.4, 38]'],
  [ends({ low: 0.6, high: 0.975, level: 0.9 }, 'down'), '[2.5, 40]'],
  [atMostPercent(1 / 252), '0.4 %'],
  [atMostPercent(0.0041), '0.5 %'],
  [atMostPercent(0.01), '1 %'],
  [short(0.000123456), '0.000123'],
  [short(2.91e-9), '2.91e-9'],
  [times(41.234), '41.2x'],
  [counted(1, 'process', 'processes'), '1 process'],
  [counted(0, 'flip'), '0 flips'],
  [bytes(512), '512 bytes'],
  [bytes(2 ** 20), '1.0 MiB'],
  [bytes(200 * 2 ** 20), '200 MiB'],
  [bytes(99.96 * 2 ** 20), '100.0 MiB'],
  [exactBytes(2 ** 20 - 1), '1048575 bytes'],
  [exactBytes(2 ** 20), '1048576 bytes (1.0 MiB)'],
])('%s', (actual, expected) => {
  expect(actual).toBe(expected);
});
