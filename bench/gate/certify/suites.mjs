/** Whole runs on unchanged code, one line each in <folder>/<fingerprint>.jsonl: written by suite.mjs. */
import { quantile } from '../../lib/figures.mjs';
import { proportionBounds } from '../statistics/beta.mjs';
import { machinesIn } from './lines.mjs';

/**
 * @typedef {{ at: string, onpar: string, node: string, commit: string | null, seconds: number, judged: number, pairs: number, baselined: boolean, verdicts: Record<string, number>, undecided?: string[], red: string[] }} Run
 * judged: cases that pairs were taken of; baselined: whether this machine has committed values
 * @param {any} report of the product @returns {Run}
 */
export function lineOf({ startedAt: at, onpar, commit, seconds, machine: { node }, verdicts, summary }) {
  const steady = verdicts.filter(({ metric }) => metric === 'latency');
  const paired = steady.flatMap((verdict) => verdict.paired ?? []);
  const counts = {};
  for (const { verdict } of steady) counts[verdict] = (counts[verdict] ?? 0) + 1;
  return {
    at,
    onpar,
    node,
    commit,
    seconds,
    judged: paired.length,
    pairs: paired.reduce((sum, { pairs }) => sum + pairs, 0),
    baselined: verdicts.every(({ metric, verdict }) => metric === 'latency' || verdict !== 'unbaselined'),
    verdicts: counts,
    undecided: steady
      .filter(({ verdict }) => verdict === 'inconclusive' || verdict === 'unfit')
      .map(({ verdict, case: id }) => `${verdict} ${id}`),
    // What is red without a verdict, such as a case that has none, is red all the same.
    red: [...verdicts.filter(({ red }) => red).map(({ metric, case: id }) => `${metric} ${id}`), ...summary.problems],
  };
}

/** By machine, whether it had committed values, and whether pairs were taken. @param {string} folder */
export function readSuites(folder) {
  const kinds = [true, false].flatMap((baselined) => [true, false].map((paired) => ({ baselined, paired })));
  return machinesIn(folder).flatMap(({ machine, lines }) =>
    kinds
      .map((kind) => ({ machine, ...kind, runs: lines.filter((run) => isOf(run, kind)) }))
      .filter(({ runs }) => runs.length > 0),
  );
}

const isOf = (run, { baselined, paired }) => run.baselined === baselined && run.judged > 0 === paired;

/** @param {ReturnType<typeof readSuites>[number]} group */
export function summaryOf({ machine, baselined, paired, runs }) {
  const seconds = runs.map((run) => run.seconds);
  const total = (of) => runs.reduce((sum, run) => sum + of(run), 0);
  const red = runs.filter((run) => run.red.length > 0).length;
  return {
    machine,
    baselined,
    paired,
    runs: runs.length,
    // The fewest: a run that judged less does not speak for all.
    cases: Math.min(...runs.map(({ judged }) => judged)),
    red,
    bounds: proportionBounds(red, runs.length),
    steady: total(({ verdicts }) => verdicts.steady ?? 0),
    undecided: total(({ verdicts }) => (verdicts.inconclusive ?? 0) + (verdicts.unfit ?? 0)),
    seconds: quantile(seconds, 0.5),
    longest: Math.max(...seconds),
  };
}
