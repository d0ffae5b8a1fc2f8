/** A table of an experiment, published or ours, as cells that rules can look at. Pure. */

export const notSaid = 'not said';

/** Conditions that make two figures of one quantity comparable; a table states what it knows of each, for a system or a row. */
export const conditions = ['statistic', 'phase', 'device', 'threads', 'batch', 'dtype', 'images', 'synchronized'];

/**
 * @typedef {object} Cell
 * @property {string} model @property {string} system id @property {string} systemName @property {string | null} parent
 * @property {string} row label @property {string} quantity accuracy, flips, size, memory, time or throughput
 * @property {string} unit @property {string} text as printed @property {number | null} value in the unit; null where no number is printed
 * @property {string} name for people @property {Record<string, string>} conditions
 *
 * @typedef {object} Table
 * @property {{ id: string, architecture?: string, parameters?: string, input?: number }[]} models
 * @property {{ id: string, name: string, parent?: string, conditions?: Record<string, string> }[]} systems
 * @property {{ label: string, model: string, quantity: string, unit: string, conditions?: Record<string, string>, values: Record<string, string> }[]} rows
 * @property {{ says: string, as: string, row: string, of: string, over: string, model?: string }[]} gains
 */

/** @param {Table} table @returns {Cell[]} */
export const cellsOf = (table) => table.rows.flatMap((row) => rowCells(table, row));

const unsaid = Object.fromEntries(conditions.map((name) => [name, notSaid]));

/** @param {Table} table */
const rowCells = (table, row) =>
  Object.entries(row.values).map(([id, text]) => {
    const system = table.systems.find((each) => each.id === id);
    if (system === undefined) throw new Error(`row '${row.label}' has a value of '${id}', which is no system`);
    return {
      model: row.model,
      system: id,
      systemName: system.name,
      parent: system.parent ?? null,
      row: row.label,
      quantity: row.quantity,
      unit: row.unit,
      text,
      value: isNumber.test(text) ? Number(text) : null,
      name: `${row.model}, ${system.name}, ${row.label}`,
      conditions: { ...unsaid, ...system.conditions, ...row.conditions },
    };
  });

const isNumber = /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/;

/** Cells with a number, of these quantities. @param {Table} table */
export const numbersOf = (table, ...quantities) =>
  cellsOf(table).filter(({ quantity, value }) => value !== null && quantities.includes(quantity));

/** @template T @param {readonly T[]} items @param {(item: T) => string} key @returns {T[][]} */
export function groupsOf(items, key) {
  const groups = new Map();
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return [...groups.values()];
}

/** @template T @param {readonly T[]} items @returns {[T, T][]} */
export const pairsOf = (items) => items.flatMap((one, at) => items.slice(at + 1).map((other) => [one, other]));

/** What a printed number may have been before it was rounded. @param {string} text */
export function rounded(text) {
  const [, digits = '', exponent = '0'] = /^-?\d+(?:\.(\d+))?(?:e([+-]?\d+))?$/.exec(text) ?? [];
  const half = 0.5 * 10 ** (Number(exponent) - digits.length);
  return { low: Number(text) - half, high: Number(text) + half };
}

/** Significant digits that are printed; trailing zeros of a decimal fraction count. @param {string} text */
export const digitsOf = (text) => text.replace(/e.*$/, '').replace(/[-.]/g, '').replace(/^0+/, '').length;

/** MB is 10^6 bytes to some and 2^20 to others; MiB is clear. */
const bytesIn = { B: [1], MB: [1e6, 2 ** 20], MiB: [2 ** 20] };
const secondsIn = { s: 1, ms: 1e-3, us: 1e-6 };

/** The readings of a size in bytes. @param {Cell} cell @returns {number[]} */
export const readings = ({ value, unit }) => (bytesIn[unit] ?? []).map((factor) => value * factor);

/** In base units (seconds, bytes), where the unit is known; MB as 10^6. @param {Cell} cell */
export const baseValue = ({ value, unit }) => value * (secondsIn[unit] ?? bytesIn[unit]?.[0] ?? 1);

/** Conditions, of those named, that two cells state differently; what is not said differs from nothing. @param {Cell} a @param {Cell} b */
export const differences = (a, b, names = conditions) =>
  names.filter((name) => {
    const [one, other] = [a.conditions[name], b.conditions[name]];
    return one !== other && one !== notSaid && other !== notSaid;
  });

export const isQuantized = ({ conditions: { dtype } }) => /int|q\d/i.test(dtype);

/** Least and greatest of the fresh processes, where our table has them. @param {object} ours @param {Cell} cell */
export const intervalOf = (ours, { model, row, system }) =>
  ours.rows.find((each) => each.model === model && each.label === row)?.intervals?.[system] ?? null;
