/** A float32 file holds four bytes a parameter: a size names its architecture, and the number of classes of its head. */
import { readFileSync } from 'node:fs';
import { groupsOf, isQuantized, numbersOf, readings } from '../cells.mjs';
import { doubt, fact } from './rule.mjs';

const { architectures, heads } = JSON.parse(readFileSync(new URL('../architectures.json', import.meta.url), 'utf8'));

/** Graph, names, BatchNorm's running values and rounding; beyond `near`, a container such as TorchScript's may add some more. */
const near = 0.01;
const container = 0.05;

export const rule = {
  id: 'size of the model',
  about: 'a size that does not fit the named architecture',
  find(table) {
    const sizes = numbersOf(table, 'size').filter((cell) => !isQuantized(cell));
    return groupsOf(sizes, ({ model }) => model).flatMap((cells) => {
      const { architecture } = table.models.find(({ id }) => id === cells[0].model) ?? {};
      const named = architectures.find(({ name }) => name === architecture);
      if (named === undefined) return [];
      const odd = cells.flatMap((cell) => fitOf(cell, named) ?? []);
      return groupsOf(odd, ({ what }) => what).map((same) => told(same, named));
    });
  },
};

const bytesWith = ({ parameters, features }, classes) => 4 * (parameters + (features + 1) * (classes - 1000));

/** Null where the size is that of the named model with its usual head. */
function fitOf(cell, named) {
  const off = (bytes) => Math.min(...readings(cell).map((read) => Math.abs(read / bytes - 1)));
  const usual = bytesWith(named, 1000);
  if (off(usual) < near) return null;
  const closest = (candidates) => candidates.toSorted((a, b) => off(a.bytes) - off(b.bytes))[0];
  const head = closest(heads.map((classes) => ({ what: classes, bytes: bytesWith(named, classes) })));
  if (off(head.bytes) < near) return { cell, ...head };
  const other = closest(architectures.map((each) => ({ what: each.name, bytes: bytesWith(each, 1000) })));
  if (off(other.bytes) < near) return { cell, ...other };
  return off(usual) < container ? null : { cell, what: null, bytes: usual };
}

const mebibytes = (bytes) => `${(bytes / 2 ** 20).toFixed(2)} MiB`;

function told(fits, named) {
  const cells = fits.map(({ cell }) => cell);
  const [{ what, bytes, cell }] = fits;
  const usual = `${named.name} with 1000 classes has ${(named.parameters / 1e6).toFixed(2)} M parameters, ${mebibytes(bytesWith(named, 1000))} in float32`;
  const is = `${cell.model} is ${cell.text} ${cell.unit}`;
  const settle = 'the number of parameters, counted in the file';
  if (typeof what === 'number')
    return fact(cells, `${is}: ${usual}; a head of ${what} classes gives ${mebibytes(bytes)}, which fits.`, settle);
  if (what === null) return doubt(cells, `${is}, which fits no model known here: ${usual}.`, settle);
  return doubt(cells, `${is}, but ${usual}. It is the size of ${what} (${mebibytes(bytes)}).`, settle);
}
