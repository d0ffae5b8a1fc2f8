/** The slowdown that a run says it could have seen, against the one that nine of ten windows really see. */
import { quantile } from '../../lib/figures.mjs';
import { fixedWindows, fullJudgement, seenFrom, settings } from './ours.mjs';

const power = 0.9;

/** At each look, as if it were the only one that is looked at. @param {readonly import('./bank.mjs').Entry[]} entries unchanged code */
export function sightAt(entries) {
  const windows = entries.flatMap(fixedWindows);
  return settings.looks.flatMap(({ pairs: look }) => {
    const found = windows
      .map(({ pairs }) => fullJudgement(pairs.slice(0, look)).evidence)
      .filter(({ visible }) => visible !== null);
    if (found.length === 0) return [];
    // Seen where the lower bound, moved up by the slowdown, lies above the margin.
    const needed = found.map(({ interval }) => (1 + settings.margin) / interval.low - 1);
    return [
      {
        look,
        n: found.length,
        printed: quantile(
          found.map(({ visible }) => visible),
          0.5,
        ),
        seen: quantile(needed, power),
        covered: found.filter(({ interval }) => interval.low <= 1 && interval.high >= 1).length,
      },
    ];
  });
}

/** The smallest slowdown that nine of ten windows call slower, all looks together; NaN without windows. */
export function seenInSequence(entries) {
  const needed = entries.flatMap(fixedWindows).map(({ channels }) => seenFrom(channels));
  return needed.length === 0 ? NaN : needed.toSorted((a, b) => a - b)[Math.ceil(power * needed.length) - 1];
}
