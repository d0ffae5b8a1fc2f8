/** All rules over one table. */
import { rule as arithmetic } from './arithmetic.mjs';
import { rule as copied } from './copied.mjs';
import { rule as extraCopies } from './extra-copies.mjs';
import { rule as gains } from './gains.mjs';
import { rule as identical } from './identical.mjs';
import { rule as quantized } from './quantized.mjs';
import { rule as restated } from './restated.mjs';
import { rule as sizeOfModel } from './size-of-model.mjs';
import { rule as sweep } from './sweep.mjs';
import { rule as timingSpread } from './timing-spread.mjs';
import { rule as unlike } from './unlike.mjs';
import { rule as unsynchronized } from './unsynchronized.mjs';

/** @type {import('./rule.mjs').Rule[]} */
export const rules = [
  copied,
  sizeOfModel,
  extraCopies,
  timingSpread,
  arithmetic,
  unsynchronized,
  unlike,
  identical,
  quantized,
  gains,
  restated,
  sweep,
];

/** Doubts first. @param {import('../cells.mjs').Table} table @returns {import('./rule.mjs').Finding[]} */
export const findingsOf = (table) =>
  rules
    .flatMap(({ id, find }) => find(table).map((finding) => ({ rule: id, ...finding })))
    .toSorted((a, b) => Number(a.kind === 'fact') - Number(b.kind === 'fact'));
