/** What recorded sessions say: how far equal sessions lie apart, raw and over the reference, and what the product's rule would have called them. */
import { built } from '../../lib/onpar.mjs';

const quantile = (values, p) => {
  const sorted = values.toSorted((x, y) => x - y);
  const position = p * (sorted.length - 1);
  const below = Math.floor(position);
  return sorted[below] + (position - below) * ((sorted[below + 1] ?? sorted[below]) - sorted[below]);
};
const middle = (values) => quantile(values, 0.5);
const deviation = (values) => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
};

/** Of a process, seconds. */
const data = {
  'median of visits': ({ minima }) => middle(minima),
  'least visit': ({ minima }) => Math.min(...minima),
};
/** What a datum is divided by. */
const references = {
  raw: () => 1,
  '/ sha256': ({ beside }) => middle(beside.map(([sha]) => sha)),
  '/ gemm': ({ beside }) => middle(beside.map(([, gemm]) => gemm)),
};

/** SD of the log of a session, per cent, by datum and reference. @param {readonly object[]} sessions of one case */
export const spreads = (sessions) =>
  Object.entries(data).flatMap(([datum, of]) =>
    Object.entries(references).map(([reference, by]) => ({
      datum,
      reference,
      percent:
        100 * deviation(sessions.map(({ processes }) => Math.log(middle(processes.map((one) => of(one) / by(one)))))),
    })),
  );

/**
 * Each session against the eight before it, at each factor of its times: the screen alone, without what confirms its reds.
 * @param {readonly object[]} sessions in order @param {readonly number[]} factors
 */
export async function verdicts(sessions, factors) {
  const [{ judgeDays }, { toSample }] = await Promise.all(['judge/days.js', 'stats/sample.js'].map(built));
  const samples = sessions.map(({ processes }) => processes.map(data['least visit']));
  const targets = samples.slice(before);
  return factors.map((factor) => {
    const called = targets.map(
      (target, index) =>
        judgeDays(
          toSample(target.map((value) => value * factor)),
          samples.slice(index, index + before).map(toSample),
          '',
        ).verdict,
    );
    const counts = Object.fromEntries(
      [...new Set(called)].sort().map((verdict) => [verdict, called.filter((one) => one === verdict).length]),
    );
    return { factor, n: targets.length, counts };
  });
}

const before = 8;
