/**
 * github-action-benchmark: alerts where the current value exceeds the previous one by alert-threshold, 200 % unless given.
 * Source: benchmark-action/github-action-benchmark@c38cce9, src/write.ts, findAlerts and getRatio; action.yml, alert-threshold.
 */
import { apart, mean, processMeans } from './samples.mjs';

/** @param {number} previous @param {number} current smaller is better */
export const worseBy = (previous, current) => current / previous - 1;

/** @type {import('./all.mjs').Peer} */
export const peer = {
  name: 'github-action-benchmark',
  source: 'c38cce9, src/write.ts',
  knob: 'alert-threshold',
  protocols: {
    default: {
      what: 'the mean of one process against that of the one before; 200 %',
      threshold: 1,
      score: (pairs) => {
        const { a, b } = apart(pairs, 1);
        return worseBy(mean(a[0]), mean(b[0]));
      },
    },
    best: {
      what: 'means over all processes, taken in turn; 200 %',
      threshold: 1,
      score: (pairs) => {
        const { a, b } = processMeans(pairs);
        return worseBy(mean(a), mean(b));
      },
    },
  },
};
