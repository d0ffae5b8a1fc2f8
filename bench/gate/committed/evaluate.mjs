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
/** Of the processes of a session. */
const centres = {
  'middle process': middle,
  'lower quartile': (values) => quantile(values, 0.25),
};
/** What a datum is divided by. */
const references = {
  raw: () => 1,
  '/ sha256': ({ beside }) => middle(beside.map(([sha]) => sha)),
  '/ gemm': ({ beside }) => middle(beside.map(([, gemm]) => gemm)),
};

/** SD of the log of a session, per cent. @param {readonly object[]} sessions of one case */
export function spreads(sessions) {
  const rows = [];
  for (const [datum, of] of Object.entries(data))
    for (const [centre, over] of Object.entries(centres))
      for (const [reference, by] of Object.entries(references)) {
        const logs = sessions.map(({ processes }) => Math.log(over(processes.map((one) => of(one) / by(one)))));
        rows.push({ name: [datum, centre, reference].join(', '), percent: 100 * deviation(logs) });
      }
  return rows;
}

const before = 8;

/**
 * Each session, at a factor of its times, against the eight before it: what the product's rule calls it, and how many it calls slower
 * three times in a row, as the product wants it: the next two sessions as well. Neighbouring windows share sessions: they are dependent.
 * @param {readonly object[]} sessions in order @param {number} factor
 */
export async function verdicts(sessions, factor) {
  const [{ judgeDays }, { toSample }] = await Promise.all(['judge/days.js', 'stats/sample.js'].map(built));
  const samples = sessions.map(({ processes }) => toSample(processes.map(data['least visit'])));
  const counts = {};
  let [n, thrice] = [0, 0];
  for (let index = before; index + 2 < samples.length; index += 1) {
    const days = samples.slice(index - before, index);
    const call = (at) => judgeDays(toSample(samples[at].map((value) => value * factor)), days).verdict;
    const called = [index, index + 1, index + 2].map(call);
    counts[called[0]] = (counts[called[0]] ?? 0) + 1;
    n += 1;
    thrice += called.every((verdict) => verdict === 'slower') ? 1 : 0;
  }
  return { n, counts, thrice };
}
