/**
 * tachometer: fifty samples in turn, then ten more at a time until the 95 % interval of the relative difference of the means leaves the horizon
 * (autoSampleConditions, 0 %) on one side. Source: tachometer 0.7.2 (npm), src/stats.ts (computeDifference: unpaired, no correction for looks),
 * src/runner.ts (auto-sample), src/defaults.ts.
 */
import { tQuantile } from '../statistics/beta.mjs';
import { mean, processMeans, together, variance } from './samples.mjs';

/** Interval of (b - a) / a. @param {readonly number[]} a @param {readonly number[]} b */
export function relativeDifference(a, b) {
  const [meanA, meanB] = [mean(a), mean(b)];
  const [errorA, errorB] = [variance(a) / a.length, variance(b) / b.length];
  const centre = (meanB - meanA) / meanA;
  const spread = (errorA * meanB ** 2 + errorB * meanA ** 2) / meanA ** 4;
  const margin = tQuantile(0.975, Math.min(a.length, b.length) - 1) * Math.sqrt(spread);
  return { low: centre - margin, high: centre + margin };
}

/**
 * The greatest horizon at which the run ends with `slower`: some look has to lie above it, and none before below it.
 * @param {readonly number[]} a @param {readonly number[]} b in the order taken @param {number} first size of the first look
 */
export function horizonPassed(a, b, first, step = 10) {
  let [ceiling, score] = [Infinity, -Infinity];
  const most = Math.min(a.length, b.length);
  for (let n = Math.min(first, most); n <= most; n += step) {
    const { low, high } = relativeDifference(a.slice(0, n), b.slice(0, n));
    score = Math.max(score, Math.min(low, ceiling));
    ceiling = Math.min(ceiling, high);
  }
  return score;
}

const sampleSize = 50;

/** @type {import('./all.mjs').Peer} */
export const peer = {
  name: 'tachometer',
  source: 'tachometer 0.7.2, src/stats.ts and src/runner.ts',
  knob: 'autoSampleConditions',
  protocols: {
    default: {
      what: 'each call is a sample: 50 of each in turn, then 10 more until the interval leaves 0 %',
      threshold: 0,
      score: (pairs) => {
        const { a, b } = together(pairs);
        return horizonPassed(a.flat(), b.flat(), sampleSize);
      },
    },
    best: {
      what: 'each process is a sample, taken in turn, one look; 0 %',
      threshold: 0,
      score: (pairs) => {
        const { a, b } = processMeans(pairs);
        return relativeDifference(a, b).low;
      },
    },
  },
};
