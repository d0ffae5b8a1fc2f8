/** A file that is two or three times its parameters holds the optimizer's state, or the weights again: that is no model size. */
import { isQuantized, numbersOf, readings } from '../cells.mjs';
import { doubt, times } from './rule.mjs';

const tolerance = 0.03;

export const rule = {
  id: 'more than the model',
  about: 'optimizer state or a second copy of the weights counted as size',
  find(table) {
    const sizes = numbersOf(table, 'size').filter((cell) => !isQuantized(cell));
    return sizes.flatMap((cell) => {
      const counted = parametersOf(table.models.find(({ id }) => id === cell.model)?.parameters);
      if (counted === null) return [];
      const copies = readings(cell).map((bytes) => bytes / (4 * counted));
      const found = copies.find((ratio) => ratio > 1.5 && Math.abs(ratio / Math.round(ratio) - 1) < tolerance);
      if (found === undefined) return [];
      const usual = ((4 * counted) / 1e6).toFixed(1);
      return doubt(
        [cell],
        `${cell.systemName} counts ${cell.text} ${cell.unit} for ${(counted / 1e6).toFixed(1)} M float32 parameters, which are ${usual} MB: ${times(found)}, so an optimizer's state or a second copy is in it.`,
        'the list of what the file holds, or the size of the exported weights alone',
      );
    });
  },
};

/** "2.6 M" or a plain number. */
function parametersOf(text) {
  const [, number, million] = /^([\d.]+)( M)?$/.exec(text ?? '') ?? [];
  return number === undefined ? null : Number(number) * (million === undefined ? 1 : 1e6);
}
