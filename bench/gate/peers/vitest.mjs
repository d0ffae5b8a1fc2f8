/**
 * Vitest 5.1.1, `expect(ours).not.toBeSlowerThan(base, { delta })`: fails where the mean of ours lies above (1 + delta) times that of base.
 * No statistics. Source: packages/vitest 5.1.1, dist/chunks/index.*.js, toBeSlowerThan; delta is 0 unless given; the guide advises `retry: 3` and a
 * delta (docs/guide/benchmarking.md, "Retries", "Stability"). Tasks run one after the other whatever the guide says of interleaving.
 */
import { apart, mean, together } from './samples.mjs';

/** How much slower, as a fraction. @param {import('./samples.mjs').Processes} processes */
export const slowerBy = ({ a, b }) => mean(b.flat()) / mean(a.flat()) - 1;

/** A test that is retried fails where every attempt does. @param {readonly import('./samples.mjs').Processes[]} attempts */
export const slowerInEvery = (attempts) => Math.min(...attempts.map(slowerBy));

const attempts = 4;

/** @type {import('./all.mjs').Peer} */
export const peer = {
  name: 'Vitest 5 matcher',
  source: 'vitest 5.1.1, toBeSlowerThan',
  knob: 'delta',
  protocols: {
    default: {
      what: 'means of one process each, base first; delta 0',
      threshold: 0,
      score: (pairs) => slowerBy(apart(pairs, 1)),
    },
    best: {
      what: 'all processes in turn, a quarter an attempt, retry 3; delta 5 %',
      threshold: 0.05,
      score: (pairs) => {
        const size = Math.floor(pairs.length / attempts);
        const parts = Array.from({ length: attempts }, (_, index) => pairs.slice(index * size, (index + 1) * size));
        return slowerInEvery(parts.map((part) => together(part)));
      },
    },
  },
};
