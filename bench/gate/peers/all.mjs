/**
 * The peers: each tool's documented decision as a pure function of the calls, ported from its source, which each file cites.
 *
 * @typedef {object} Protocol
 * @property {string} what how the tool would have been run
 * @property {number} threshold of the knob, in units of the score
 * @property {(pairs: readonly import('../../../src/trace/pair.ts').Pair[]) => number} score red where it exceeds the threshold; free of the unit of time
 *
 * @typedef {object} Peer
 * @property {string} name
 * @property {string} source
 * @property {string} knob what a user would turn
 * @property {{ default: Protocol, best: Protocol }} protocols
 */
import { peer as asv } from './asv.mjs';
import { peer as benchstat } from './benchstat.mjs';
import { peer as criterion } from './criterion.mjs';
import { peer as githubActionBenchmark } from './github-action-benchmark.mjs';
import { peer as pinpoint } from './pinpoint.mjs';
import { peer as tachometer } from './tachometer.mjs';
import { peer as tango } from './tango.mjs';
import { peer as tenPercent } from './ten-percent.mjs';
import { peer as vitest } from './vitest.mjs';

/** @type {readonly Peer[]} */
export const peers = [
  vitest,
  githubActionBenchmark,
  benchstat,
  criterion,
  tachometer,
  tango,
  pinpoint,
  asv,
  tenPercent,
];
