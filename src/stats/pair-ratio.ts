/**
 * One datum a process pair: the log ratio of B to A. Assumes that neighbouring visits see the same machine, and nothing beyond the pair:
 * calls of one process are not independent, pairs are.
 */
import { callsOf, type Block, type Pair } from '../trace/pair.ts';
import { trimmedMean } from './trimmed-mean.ts';

/** An estimate of one visit, or of all calls of an arm. */
export type Estimator = (calls: readonly number[]) => number;

/** Robust mean over the halves of all blocks. Halves, because a disturbed visit then costs one half and not a whole block. */
export const pairLogRatio = ({ blocks }: Pair, of: Estimator): number =>
  trimmedMean(
    blocks.flatMap((block) => halves(block, of)),
    trimmed,
  );

/** The same of all calls of an arm thrown together, for what needs many calls. */
export const pooledLogRatio = (pair: Pair, of: Estimator): number =>
  Math.log(of(callsOf(pair, 'B'))) - Math.log(of(callsOf(pair, 'A')));

/** At each end: as good as a fifth where all is quiet, better in bursts, above all with one or two calls a visit (docs/decisions/0006). */
const trimmed = 0.4;

/** Visits are thinned to the shortest of their block: the low end of more calls is lower. */
const halves = ({ order, visits }: Block, of: Estimator): readonly number[] => {
  const calls = Math.min(...visits.map((visit) => visit.length));
  const logs = visits.map((visit) => Math.log(of(thinned(visit, calls))));
  return logs.flatMap((log, index) => {
    if (index % 2 === 1) return [];
    const step = (logs[index + 1] ?? NaN) - log;
    return [order[index] === 'A' ? step : -step];
  });
};

/** Evenly spaced calls, since a sampler may have sorted them: the first ones would be the fastest. */
const thinned = (visit: readonly number[], calls: number): readonly number[] =>
  Array.from({ length: calls }, (_, index) => visit[Math.floor(((index + 0.5) * visit.length) / calls)] ?? NaN);
