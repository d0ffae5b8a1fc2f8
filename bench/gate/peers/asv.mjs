/**
 * asv continuous: worse where a two-sided Mann-Whitney test has p < 0.002 and the medians differ by a factor of 1.1.
 * Source: airspeed-velocity/asv@7032df7, asv/_stats.py (is_different, mann_whitney_u), asv/commands/compare.py (_is_result_better),
 * docs/source/benchmarks.rst (two rounds of up to five samples each, a fresh process a round).
 */
import { quantile } from '../../lib/figures.mjs';
import { exactPOfU, normalAtMost } from '../statistics/u-test.mjs';
import { apart, processMeans, runsOf } from './samples.mjs';

const significance = 0.002;
const mostExact = 20;

/** Exact up to twenty values a side. Ties do not occur among means of calls; they are broken towards no difference, as there. */
export function differenceP(a, b) {
  const { over, ties } = comparisons(a, b);
  const [n, half] = [a.length * b.length, Math.floor((a.length * b.length) / 2)];
  const spare = over <= half && over + ties >= half ? half - over : ties;
  const smaller = (u) => Math.min(u, n - u);
  const u = Math.max(smaller(over), smaller(over + spare));
  if (Math.max(a.length, b.length) <= mostExact) return exactPOfU(u, a.length, b.length);
  const z = (u - n / 2) / Math.sqrt((n * (a.length + b.length + 1)) / 12);
  return 2 * normalAtMost(z);
}

function comparisons(a, b) {
  const pairs = a.flatMap((x) => b.map((y) => Math.sign(x - y)));
  return { over: pairs.filter((sign) => sign > 0).length, ties: pairs.filter((sign) => sign === 0).length };
}

/** How much the median is up, where the samples differ. @param {readonly number[]} a @param {readonly number[]} b */
export function worseBy(a, b) {
  return differenceP(a, b) < significance ? quantile(b, 0.5) / quantile(a, 0.5) - 1 : -Infinity;
}

const rounds = 2;
const repeats = 5;
const samplesOf = (processes) => processes.flatMap((calls) => runsOf(calls, repeats));

/** @type {import('./all.mjs').Peer} */
export const peer = {
  name: 'asv',
  source: 'asv 7032df7, asv/_stats.py and commands/compare.py',
  knob: '--factor',
  protocols: {
    default: {
      what: 'two processes of five samples each, base first; factor 1.1',
      threshold: 0.1,
      score: (pairs) => {
        const { a, b } = apart(pairs, rounds);
        return worseBy(samplesOf(a), samplesOf(b));
      },
    },
    best: {
      what: 'as many rounds as pairs, --interleave-rounds; factor 1.1',
      threshold: 0.1,
      score: (pairs) => {
        const { a, b } = processMeans(pairs);
        return worseBy(a, b);
      },
    },
  },
};
