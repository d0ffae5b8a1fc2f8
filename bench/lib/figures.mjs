/** Alternates two arms and turns their timings into figures; refuses arms of unequal length. */

/** @param {readonly number[]} values */
export const median = (values) => quantile(values, 0.5);

/** @param {readonly number[]} values @param {number} level */
export function quantile(values, level) {
  if (values.length === 0) throw new Error('no values');
  const sorted = values.toSorted((a, b) => a - b);
  const at = level * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
  return low + (high - low) * (at - Math.floor(at));
}

/**
 * One untimed round brings files into the disk cache; then both arms of each pair run back to back, and the order turns
 * round from pair to pair, so that a machine which slows down or speeds up favours neither.
 * @template T
 * @param {number} pairs @param {() => Promise<T> | T} ours @param {() => Promise<T> | T} theirs
 * @returns {Promise<{ ours: T[], theirs: T[] }>}
 */
export async function alternate(pairs, ours, theirs) {
  await theirs();
  await ours();
  const taken = { ours: [], theirs: [] };
  for (let pair = 0; pair < pairs; pair += 1) {
    for (const arm of pair % 2 === 0 ? ['theirs', 'ours'] : ['ours', 'theirs']) {
      taken[arm].push(await (arm === 'ours' ? ours : theirs)());
    }
  }
  return taken;
}

/**
 * Median and least of the pairs' ratios, and the ratio of the two minima. The median decides; on a machine with other work
 * the ratio of the minima comes nearest to what a quiet one would say.
 * @param {readonly number[]} ours @param {readonly number[]} theirs
 */
export const ratios = (ours, theirs) => paired(ours, theirs, (a, b) => a / b);

/** @param {readonly number[]} ours @param {readonly number[]} theirs */
export const differences = (ours, theirs) => paired(ours, theirs, (a, b) => a - b);

function paired(ours, theirs, relate) {
  if (ours.length !== theirs.length) throw new Error(`${ours.length} against ${theirs.length} values`);
  const each = ours.map((value, index) => relate(value, theirs[index]));
  return {
    median: median(each),
    least: Math.min(...each),
    ofMinima: relate(Math.min(...ours), Math.min(...theirs)),
    pairs: each.length,
  };
}
