/**
 * Chromium's Pinpoint: ten runs of each, then ten more where the p-value is neither small nor large; different where the smaller of the p-values of
 * Mann-Whitney and Kolmogorov-Smirnov is at most 0.01. Source: catapult-project/catapult, dashboard/dashboard/pinpoint/models: compare/compare.py@0bb22f6,
 * compare/thresholds.py@32115a7, compare/mann_whitney_u.py@39a3806, compare/kolmogorov_smirnov.py@f27057b, job_state.py@cad35e2 (ten at a time,
 * magnitude 1). The run of a process is the mean of its calls.
 */
import { normalAtMost, uOf } from '../statistics/u-test.mjs';
import { mean, processMeans } from './samples.mjs';

/** Two-sided, by the normal approximation with corrections for ties and continuity, whatever the size. */
export function mannWhitneyP(a, b) {
  const { u, groups } = uOf(a, b);
  const n = a.length + b.length;
  const ties = 1 - groups.reduce((sum, size) => sum + size ** 3 - size, 0) / (n ** 3 - n);
  if (ties === 0) return 1;
  const spread = Math.sqrt((ties * a.length * b.length * (n + 1)) / 12);
  const greater = Math.max(u, a.length * b.length - u);
  return 2 * normalAtMost(-Math.abs((greater - ((a.length * b.length) / 2 + 0.5)) / spread));
}

const share = (values, limit) => values.filter((value) => value <= limit).length / values.length;

/** Two-sided, asymptotic. */
export function kolmogorovP(a, b) {
  const distance = Math.max(...[...a, ...b].map((value) => Math.abs(share(a, value) - share(b, value))));
  const size = Math.sqrt((a.length * b.length) / (a.length + b.length));
  return survival((size + 0.12 + 0.11 / size) * distance);
}

/** Of Kolmogorov's distribution: 2 * sum of (-1)^(k-1) exp(-2 k^2 y^2). */
function survival(y) {
  if (y < 1.1e-16) return 1;
  let sum = 0;
  for (let k = 1; ; k += 1) {
    const term = Math.exp(-2 * (k * y) ** 2);
    sum += k % 2 === 1 ? term : -term;
    if (term === 0 || term / sum <= 1.1e-16) return 2 * sum;
  }
}

export const differenceP = (a, b) => Math.min(kolmogorovP(a, b), mannWhitneyP(a, b));

/** Above it the runs are called the same and no more are made: magnitude 1.0 after 10 and after 20 runs, by the index that compare.py takes. */
const same = { 10: 0.8502, 20: 0.3235 };
const significance = 0.01;

/** Minus the decimal logarithm of p where `b` is slower, else 0. */
function evidence(a, b) {
  return mean(b) > mean(a) ? -Math.log10(Math.max(differenceP(a, b), Number.MIN_VALUE)) : 0;
}

/** Ten runs of each, and ten more where those say neither. */
export function inBatches(a, b) {
  const first = evidence(a.slice(0, 10), b.slice(0, 10));
  const isSame = differenceP(a.slice(0, 10), b.slice(0, 10)) > same[10];
  return isSame || a.length < 20 ? first : Math.max(first, evidence(a.slice(0, 20), b.slice(0, 20)));
}

/** @type {import('./all.mjs').Peer} */
export const peer = {
  name: 'Pinpoint',
  source: 'catapult 0bb22f6, pinpoint/models/compare',
  knob: 'significance',
  protocols: {
    default: {
      what: 'each process is a run: 10 of each, 10 more where unsure; p <= 0.01',
      threshold: -Math.log10(significance) - 1e-12,
      score: (pairs) => {
        const { a, b } = processMeans(pairs);
        return inBatches(a, b);
      },
    },
    best: {
      what: 'each process is a run, all of them in one look; p <= 0.01',
      threshold: -Math.log10(significance) - 1e-12,
      score: (pairs) => {
        const { a, b } = processMeans(pairs);
        return evidence(a, b);
      },
    },
  },
};
