/** A printed gain must follow from the printed figures, rounding allowed for. */
import { cellsOf, rounded } from '../cells.mjs';
import { doubt } from './rule.mjs';

/** From the ratio of the old figure to the new one. */
const readings = {
  times: (ratio) => ratio,
  'percent faster': (ratio) => 100 * (ratio - 1),
  'percent less': (ratio) => 100 * (1 - 1 / ratio),
};

export const rule = {
  id: 'gain that does not follow',
  about: 'a printed gain that the printed figures do not give',
  find(table) {
    const cells = cellsOf(table);
    return table.gains.flatMap((gain) => {
      const cell = (system) =>
        cells.find(
          (each) => each.row === gain.row && each.system === system && each.model === (gain.model ?? each.model),
        );
      const [of, over] = [cell(gain.of), cell(gain.over)];
      const [, number] = /([\d.]+)/.exec(gain.says) ?? [];
      if (of === undefined || over === undefined || number === undefined || of.value === null || over.value === null)
        throw new Error(`gain '${gain.says}' names no two figures`);
      const [a, b, claimed] = [rounded(of.text), rounded(over.text), rounded(number)];
      const read = readings[gain.as];
      const [low, high] = [read(b.low / a.high), read(b.high / a.low)];
      if (claimed.high >= low && claimed.low <= high) return [];
      const sign = gain.as === 'times' ? 'x' : ' %';
      return doubt(
        [of, over],
        `${of.systemName} over ${over.systemName} is said to gain ${gain.says} (${gain.as}); ${over.text} to ${of.text} ${of.unit} is ${low.toFixed(1)} to ${high.toFixed(1)}${sign}${other(number, b, a, gain.as)}.`,
        'the unrounded figures, and which way round the gain is meant',
      );
    });
  },
};

/** Says what the number would be right for. */
function other(number, b, a, as) {
  const claimed = rounded(number);
  const fitting = Object.entries(readings).find(
    ([name, read]) => name !== as && claimed.high >= read(b.low / a.high) && claimed.low <= read(b.high / a.low),
  );
  return fitting === undefined ? '' : `; it would be right as ${fitting[0]}`;
}
