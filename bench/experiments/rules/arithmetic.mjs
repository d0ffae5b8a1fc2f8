/** No core multiplies faster than its vector units: a time below that bound did not do the work, or not then. */
import { readFileSync } from 'node:fs';
import { baseValue, isQuantized, numbersOf } from '../cells.mjs';
import { doubt, printed } from './rule.mjs';

const { architectures } = JSON.parse(readFileSync(new URL('../architectures.json', import.meta.url), 'utf8'));

/** 10^9 float32 multiply-adds a second and thread: two 16-lane units at 5 GHz, more than any core of 2025 sustains. */
const mostGmacs = 160;

export const rule = {
  id: 'faster than arithmetic',
  about: 'a CPU time that leaves less than the model needs to multiply',
  find(table) {
    return numbersOf(table, 'time').flatMap((cell) => {
      const model = table.models.find(({ id }) => id === cell.model);
      const known = architectures.find(({ name, input }) => name === model?.architecture && input === model.input);
      const { device, threads, batch } = cell.conditions;
      const [cores, images] = [Number(threads), Number(batch)];
      if (known === undefined || device !== 'cpu' || !(cores >= 1) || !(images >= 1) || isQuantized(cell)) return [];
      const rate = (known.gmacs * images) / baseValue(cell);
      if (rate <= mostGmacs * cores) return [];
      return doubt(
        [cell],
        `${cell.name}: ${printed(cell)} would be ${rate.toFixed(0)} thousand million multiply-adds a second on ${cores} thread${cores === 1 ? '' : 's'}; no core does more than ${mostGmacs}.`,
        'outputs read before the clock stops, and the number of threads really used',
      );
    });
  },
};
