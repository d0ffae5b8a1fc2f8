/** Verdicts in sequence, counted. */
import { built } from '../../lib/onpar.mjs';
import { mean } from '../peers/samples.mjs';
import { proportionBounds } from '../statistics/beta.mjs';
import { inSequence } from './ours.mjs';

const { callsOf } = await built('trace/pair.js');

/** What a pair cost: time of the calls that count, and of everything. */
const measuredOf = (pair) => ['A', 'B'].flatMap((arm) => callsOf(pair, arm)).reduce((sum, call) => sum + call, 0);

const during = (values, { start, used }) =>
  values.slice(start, start + used).reduce((sum, value) => sum + (value ?? NaN), 0);

/**
 * Verdicts of one trace, each with the seconds it took.
 * @param {import('./bank.mjs').Entry} entry @param {any} rules @param {any} channels of the entry, or of what was made of it @param {typeof inSequence} verdictsOf
 */
export function timedVerdicts(entry, rules, channels = entry.channels, verdictsOf = inSequence) {
  const measured = entry.pairs.map(measuredOf);
  return verdictsOf({ ...entry, channels }, rules).map((verdict) => ({
    ...verdict,
    measured: during(measured, verdict),
    wall: during(entry.walls, verdict),
  }));
}

/** @param {readonly any[]} verdicts of any number of traces */
export function tally(verdicts) {
  const count = (name) => verdicts.filter(({ verdict }) => verdict === name).length;
  const n = verdicts.length;
  const slower = count('slower');
  // Of a suite's pairs, which share their rounds, nobody took the wall seconds.
  const average = (field) => mean(verdicts.map((verdict) => verdict[field]).filter((value) => !Number.isNaN(value)));
  return {
    n,
    slower,
    suspected: verdicts.filter(({ suspected }) => suspected).length,
    faster: count('faster'),
    steady: count('steady'),
    inconclusive: count('inconclusive'),
    unfit: count('unfit'),
    bounds: n === 0 ? { low: 0, high: 1 } : proportionBounds(slower, n),
    pairs: average('used'),
    measured: average('measured'),
    wall: average('wall'),
  };
}
