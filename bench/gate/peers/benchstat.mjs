/**
 * benchstat: a difference where the two-sided Mann-Whitney test of the runs has p < alpha (0.05); "run at least 10 times". No margin.
 * Source: golang.org/x/perf@22c9c6c, benchmath/anone.go (Compare), cmd/benchstat/main.go (-alpha); its test: aclements/go-moremath, stats/utest.go, exact up
 * to 50 values a side, 25 with ties, which no window here exceeds.
 */
import { exactP, uOf } from '../statistics/u-test.mjs';
import { apart, processMeans, runsOf } from './samples.mjs';

/**
 * Minus the decimal logarithm of p where `b` is the slower one, else 0: grows with the evidence, so that alpha is a threshold on it.
 * @param {readonly number[]} a @param {readonly number[]} b
 */
export function evidence(a, b) {
  const isSlower = uOf(a, b).u > (a.length * b.length) / 2;
  return isSlower ? -Math.log10(exactP(a, b)) : 0;
}

const alpha = 0.05;
const runs = 10;

/** @type {import('./all.mjs').Peer} */
export const peer = {
  name: 'benchstat',
  source: 'golang.org/x/perf 22c9c6c, benchmath/anone.go',
  knob: '-alpha',
  protocols: {
    default: {
      what: '-count=10 in one process each, base first; p < 0.05',
      threshold: -Math.log10(alpha),
      score: (pairs) => {
        const { a, b } = apart(pairs, 1);
        return evidence(runsOf(a[0], runs), runsOf(b[0], runs));
      },
    },
    best: {
      what: 'each process is a run, taken in turn; p < 0.05',
      threshold: -Math.log10(alpha),
      score: (pairs) => {
        const { a, b } = processMeans(pairs);
        return evidence(a, b);
      },
    },
  },
};
