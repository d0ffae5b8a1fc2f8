/** What most scripts do, and CodSpeed's default for its own metric: red where the median of the calls is more than 10 % up. */
import { quantile } from '../../lib/figures.mjs';
import { apart, together } from './samples.mjs';

/** @param {import('./samples.mjs').Processes} processes */
export const medianUp = ({ a, b }) => quantile(b.flat(), 0.5) / quantile(a.flat(), 0.5) - 1;

/** @type {import('./all.mjs').Peer} */
export const peer = {
  name: '10 % threshold',
  source: 'median of the calls; CodSpeed, docs, regression threshold',
  knob: 'threshold',
  protocols: {
    default: {
      what: 'medians of one process each, base first; 10 %',
      threshold: 0.1,
      score: (pairs) => medianUp(apart(pairs, 1)),
    },
    best: {
      what: 'medians over all processes, taken in turn; 10 %',
      threshold: 0.1,
      score: (pairs) => medianUp(together(pairs)),
    },
  },
};
