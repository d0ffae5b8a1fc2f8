/**
 * A rule looks at one table, published or ours, and says what cannot be believed or must be said of it. Pure; data in, findings out.
 *
 * @typedef {object} Finding
 * @property {string} rule
 * @property {'doubt' | 'fact'} kind doubt: the table cannot be relied on there. fact: the figure may be right, and must be said aloud
 * @property {string[]} cells names of the cells
 * @property {string} sentence
 * @property {string} settle what would settle it
 *
 * @typedef {object} Rule
 * @property {string} id
 * @property {string} about
 * @property {(table: import('../cells.mjs').Table) => Omit<Finding, 'rule'>[]} find
 */

/** @param {readonly import('../cells.mjs').Cell[]} cells @param {string} sentence @param {string} settle */
export const doubt = (cells, sentence, settle) => finding('doubt', cells, sentence, settle);

/** @param {readonly import('../cells.mjs').Cell[]} cells @param {string} sentence @param {string} settle */
export const fact = (cells, sentence, settle) => finding('fact', cells, sentence, settle);

const finding = (kind, cells, sentence, settle) => ({
  kind,
  cells: [...new Set(cells.map(({ name }) => name))],
  sentence,
  settle,
});

/** Every number in a sentence reads the same way. @param {number} value */
export const times = (value) => `${value >= 10 ? value.toFixed(0) : value.toFixed(value < 2 ? 2 : 1)}x`;

/** A published figure as it is printed; one of ours has more digits than a sentence needs. @param {import('../cells.mjs').Cell} cell */
export const printed = ({ text, value, unit }) => `${text.length > 8 ? Number(value.toPrecision(4)) : text} ${unit}`;
