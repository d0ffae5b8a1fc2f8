/** Quantizing is done for speed and size: what gains neither must be said, whether the figure is right or not. */
import { baseValue, differences, groupsOf, numbersOf } from '../cells.mjs';
import { fact, printed, times } from './rule.mjs';

/** A file that saves less than a tenth is as big as its parent; a time needs to be longer. */
const least = { size: 0.9, time: 1 };

export const rule = {
  id: 'quantized for nothing',
  about: 'a quantized model that is slower than its parent, or as big',
  find(table) {
    const cells = numbersOf(table, 'size', 'time').filter(
      ({ conditions: { phase } }) => !['load', 'first'].includes(phase),
    );
    return groupsOf(cells, ({ model, row }) => `${model}\0${row}`).flatMap((row) =>
      row.flatMap((cell) => {
        const parent = row.find(({ system }) => system === cell.parent);
        if (parent === undefined || differences(cell, parent, ['device', 'threads', 'batch']).length > 0) return [];
        const ratio = baseValue(cell) / baseValue(parent);
        return ratio <= least[cell.quantity] ? [] : told(cell, parent, ratio);
      }),
    );
  },
};

const told = (cell, parent, ratio) => {
  const { what, time } = cell.conditions.dtype === 'float16' ? halved : quantized;
  return fact(
    [cell, parent],
    `${cell.model}, ${cell.row}: ${cell.systemName} ${printed(cell)} against ${printed(parent)} of ${parent.systemName}, ${times(ratio)}: ${what} gains nothing here.`,
    cell.quantity === 'time' ? time : 'the list of what the file holds, and how many bits its weights have',
  );
};

const quantized = {
  what: 'quantizing',
  time: 'static quantization (dynamic quantization of convolutions is slow), or no quantization',
};
const halved = { what: 'halving', time: 'a processor that computes in float16: others widen every value first' };
