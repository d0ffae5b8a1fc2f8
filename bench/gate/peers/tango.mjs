/**
 * tango: base and candidate alternate in two processes, sample by sample; red where the mean of the paired differences is 2.6 standard errors from zero
 * and more than the noise threshold, 1 %, of the base. Source: bazhenov/tango@4b00d95, tango-bench/src/lib.rs (DiffEstimate::build), cli.rs
 * (noise_threshold).
 */
import { mean, processMeans, together, variance } from './samples.mjs';

const significant = 2.6;

/** The mean difference as a fraction of the base, where it is significant. @param {readonly number[]} a @param {readonly number[]} b paired */
export function pairedDifference(a, b) {
  const differences = b.map((value, index) => value - a[index]);
  const z = mean(differences) / Math.sqrt(variance(differences) / differences.length);
  return Math.abs(z) >= significant ? mean(differences) / mean(a) : -Infinity;
}

/** @type {import('./all.mjs').Peer} */
export const peer = {
  name: 'tango',
  source: 'tango 4b00d95, tango-bench/src/lib.rs',
  knob: '--noise-threshold',
  protocols: {
    default: {
      what: 'paired calls of one process pair; 1 %',
      threshold: 0.01,
      score: (pairs) => {
        const { a, b } = together(pairs, 1);
        return pairedDifference(a[0], b[0]);
      },
    },
    best: {
      what: 'each process pair is a sample; 1 %',
      threshold: 0.01,
      score: (pairs) => {
        const { a, b } = processMeans(pairs);
        return pairedDifference(a, b);
      },
    },
  },
};
