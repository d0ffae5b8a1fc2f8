/**
 * The calls of a verdict window as a peer would have got them. Every peer sees the same calls as onpar; what differs is which of them its protocol
 * would have taken: `apart`, first all processes of the base and then all of the new version, as a script in CI does; `together`, both in turn.
 */
import { built } from '../../lib/onpar.mjs';

const [{ callsOf, visitsOf }, { randomFrom }] = await Promise.all(['trace/pair.js', 'stats/random.js'].map(built));

/**
 * The sampler hands over the calls of a visit in ascending order; in a real run they come as they come. One drawn order for every peer.
 * @param {import('../../../src/trace/pair.ts').Pair} pair @param {'A' | 'B'} arm
 */
export const callsInDrawnOrder = (pair, arm) => {
  const random = randomFrom(pair.pair * 2 + (arm === 'A' ? 0 : 1));
  return pair.blocks.flatMap((block) => visitsOf(block, arm).flatMap((visit) => shuffled(visit, random)));
};

function shuffled(values, random) {
  const result = [...values];
  for (let last = result.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    [result[last], result[other]] = [result[other], result[last]];
  }
  return result;
}

/**
 * One array of calls a process.
 * @typedef {{ a: readonly (readonly number[])[], b: readonly (readonly number[])[] }} Processes
 */

/** The first `n` processes of the base, then the next `n` of the new version. @param {number} n @returns {Processes} */
export const apart = (pairs, n) => ({
  a: pairs.slice(0, n).map((pair) => callsInDrawnOrder(pair, 'A')),
  b: pairs.slice(n, 2 * n).map((pair) => callsInDrawnOrder(pair, 'B')),
});

/** Both processes of the first `n` pairs. @returns {Processes} */
export const together = (pairs, n = pairs.length) => ({
  a: pairs.slice(0, n).map((pair) => callsInDrawnOrder(pair, 'A')),
  b: pairs.slice(0, n).map((pair) => callsInDrawnOrder(pair, 'B')),
});

/** One value a process: its mean call. Where runs are what is replicated this is what a careful user feeds a tool with. */
export const processMeans = (pairs, n = pairs.length) => ({
  a: pairs.slice(0, n).map((pair) => mean(callsOf(pair, 'A'))),
  b: pairs.slice(0, n).map((pair) => mean(callsOf(pair, 'B'))),
});

/** The calls of one process as `count` runs of consecutive calls, each its mean. @param {readonly number[]} calls */
export const runsOf = (calls, count) =>
  Array.from({ length: count }, (_, index) =>
    mean(
      calls.slice(
        Math.floor((index * calls.length) / count),
        Math.max(1, Math.floor(((index + 1) * calls.length) / count)),
      ),
    ),
  );

/** @param {readonly number[]} values */
export const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Of the sample: divided by n - 1. @param {readonly number[]} values */
export function variance(values) {
  const centre = mean(values);
  return values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1);
}
