/** Numbers and tables as the page prints them: the same on every machine. */

/** A fraction as per cent with so many digits. @param {number} value */
export const percent = (value, digits = 1) => (Number.isFinite(value) ? `${(100 * value).toFixed(digits)} %` : '–');

/** Rounded up: a bound must not become better by printing it. @param {number} value */
export const atMost = (value) => `${(Math.ceil(1000 * value - 1e-9) / 10).toFixed(1)} %`;

/** Rounded down. @param {number} value */
export const atLeast = (value) => `${(Math.floor(1000 * value + 1e-9) / 10).toFixed(1)} %`;

/** With its sign. @param {number} value */
export const change = (value) => (Number.isFinite(value) ? `${value < 0 ? '' : '+'}${percent(value, 2)}` : '–');

/** @param {number} value */
export const seconds = (value) => (Number.isFinite(value) ? `${value.toFixed(1)} s` : '–');

/** @param {number} value */
export const fixed = (value, digits = 1) => (Number.isFinite(value) ? value.toFixed(digits) : '–');

/** @param {readonly string[]} head @param {readonly (readonly (string | number)[])[]} rows */
export const table = (head, rows) =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
