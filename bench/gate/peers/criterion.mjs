/**
 * criterion.rs: regressed where a bootstrapped t-test has p < 0.05 and the 95 % interval of the relative change of the means lies above the noise
 * threshold, 1 %. Source: bheisler/criterion.rs@567405d, src/analysis/compare.rs, src/stats/univariate/{mod,mixed}.rs, src/stats/mod.rs (p_value),
 * src/report.rs (compare_to_threshold). Two thousand resamples instead of a hundred thousand: p at 0.05 is then known to 0.005.
 */
import { quantile } from '../../lib/figures.mjs';
import { built } from '../../lib/onpar.mjs';
import { apart, mean, processMeans, variance } from './samples.mjs';

const { randomFrom } = await built('stats/random.js');
const resamples = 2_000;
const significance = 0.05;

/** Of `now` against `base`, both one value a sample. @param {readonly number[]} base @param {readonly number[]} now */
export function compare(base, now, random = randomFrom(1)) {
  const t = tOf(now, base);
  const hits = nullOf(now, base, random).map((drawn) => drawn < t);
  const below = hits.filter(Boolean).length;
  const p = (2 * Math.min(below, hits.length - below)) / hits.length;
  const changes = changesOf(now, base, random);
  return { t, p, low: quantile(changes, 0.025), high: quantile(changes, 0.975) };
}

/** What the noise threshold is held against; where the means do not differ, nothing is above it. */
export function surelySlowerBy(base, now) {
  const { p, low } = compare(base, now);
  return p < significance ? low : -Infinity;
}

/** Welch's t. */
const tOf = (x, y) => (mean(x) - mean(y)) / Math.sqrt(variance(x) / x.length + variance(y) / y.length);

/** t of both arms drawn from the pool of both (`mixed::bootstrap`); infinite ones are left out, as there. */
const nullOf = (x, y, random) => {
  const pool = [...x, ...y];
  return Array.from({ length: resamples }, () => {
    const drawn = draw(pool, random);
    return tOf(drawn.slice(0, x.length), drawn.slice(x.length));
  }).filter(Number.isFinite);
};

/** Ratio of means minus one: one resample of x serves a row of resamples of y (`univariate::bootstrap`). */
const changesOf = (x, y, random) => {
  const rows = Math.ceil(Math.sqrt(resamples));
  return Array.from({ length: rows }, () => {
    const top = mean(draw(x, random));
    return Array.from({ length: Math.ceil(resamples / rows) }, () => top / mean(draw(y, random)) - 1);
  }).flat();
};

const draw = (values, random) => values.map(() => values[Math.floor(random() * values.length)]);

/** @type {import('./all.mjs').Peer} */
export const peer = {
  name: 'criterion',
  source: 'criterion.rs 567405d, src/analysis/compare.rs',
  knob: 'noise_threshold',
  protocols: {
    default: {
      what: 'calls of one process each, base first; 1 %',
      threshold: 0.01,
      score: (pairs) => {
        const { a, b } = apart(pairs, 1);
        return surelySlowerBy(a[0], b[0]);
      },
    },
    best: {
      what: 'each process is a sample, taken in turn; 1 %',
      threshold: 0.01,
      score: (pairs) => {
        const { a, b } = processMeans(pairs);
        return surelySlowerBy(a, b);
      },
    },
  },
};
