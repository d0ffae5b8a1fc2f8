/** The slowdown that a run says it could have seen, against the one that nine of ten windows really see. */
import { quantile } from '../../lib/figures.mjs';
import { fixedWindows, fullJudgement, seenFrom, settings } from './ours.mjs';

const power = 0.9;

/**
 * At each look, as if it were the only one that is looked at. `seen`: over all windows together, whose machines and hours differ. `next`: over what a window
 * printed, nine of ten of those that follow it on the same machine see so much, 1 where it told the truth.
 * @param {readonly import('./bank.mjs').Entry[]} entries unchanged code
 */
export function sightAt(entries) {
  const traces = entries.map(fixedWindows);
  return settings.looks.flatMap(({ pairs: look }) => {
    const found = traces.map((windows) =>
      windows
        .map(({ pairs }) => fullJudgement(pairs.slice(0, look)).evidence)
        .filter(({ visible }) => visible !== null)
        // Seen where the lower bound, moved up by the slowdown, lies above the margin.
        .map((evidence) => ({ ...evidence, needed: (1 + settings.margin) / evidence.interval.low - 1 })),
    );
    const all = found.flat();
    if (all.length === 0) return [];
    const next = found.flatMap((windows) => windows.slice(1).map(({ needed }, at) => needed / windows[at].visible));
    return [
      {
        look,
        n: all.length,
        printed: quantile(
          all.map(({ visible }) => visible),
          0.5,
        ),
        seen: quantile(
          all.map(({ needed }) => needed),
          power,
        ),
        next: next.length === 0 ? NaN : quantile(next, power),
        covered: all.filter(({ interval }) => interval.low <= 1 && interval.high >= 1).length,
      },
    ];
  });
}

/** The smallest slowdown that nine of ten windows call slower, all looks together; NaN without windows. */
export function seenInSequence(entries) {
  const needed = entries.flatMap(fixedWindows).map(({ channels }) => seenFrom(channels));
  return needed.length === 0 ? NaN : needed.toSorted((a, b) => a - b)[Math.ceil(power * needed.length) - 1];
}
