/** Slowdowns put into recorded pairs: the calls of B, and nothing else, are lengthened. */
import { built } from '../../lib/onpar.mjs';

const { randomFrom } = await built('stats/random.js');

/** @param {readonly any[]} pairs @param {(call: number, random: () => number, index: number) => number} change of one call of B */
const changed = (pairs, change) =>
  pairs.map(({ pair, blocks }) => {
    const random = randomFrom(pair);
    let index = 0;
    return {
      pair,
      blocks: blocks.map((block) => ({
        ...block,
        visits: block.visits.map((visit, at) =>
          block.order[at] === 'A' ? visit : visit.map((call) => change(call, random, index++)),
        ),
      })),
    };
  });

/** All calls, by this fraction. */
export const slowed = (pairs, by) => (by === 0 ? pairs : changed(pairs, (call) => call * (1 + by)));

/** One call in twenty takes twice as long. */
const tailed = (pairs) => changed(pairs, (call, random) => (random() < 1 / 20 ? 2 * call : call));

/** Half of the calls, drawn by chance, take a fifth longer. */
const twoModes = (pairs) => changed(pairs, (call, random) => (random() < 0.5 ? 1.2 * call : call));

export const replays = [
  ...[0.01, 0.02, 0.03, 0.05, 0.1].map((by) => ({
    name: `+${Math.round(by * 100)} %`,
    by,
    apply: (pairs) => slowed(pairs, by),
  })),
  { name: 'tail', by: null, apply: tailed },
  { name: 'bimodal', by: null, apply: twoModes },
];
