/** A sweep over batch sizes runs into memory sooner or later: time without memory beside it cannot tell work from swapping. */
import { baseValue, cellsOf, groupsOf } from '../cells.mjs';
import { doubt, fact, printed, times } from './rule.mjs';

const sizes = 3;
/** A step may cost more than in proportion, where caches end; not four times more. */
const cliff = 4;

export const rule = {
  id: 'sweep without memory',
  about: 'times over several batch sizes without peak memory, and cliffs in them',
  find(table) {
    const cells = cellsOf(table);
    const sweeps = groupsOf(
      cells.filter(({ quantity, conditions: { phase } }) => quantity === 'time' && !['load', 'first'].includes(phase)),
      ({ model, system }) => `${model}\0${system}`,
    ).filter((sweep) => new Set(sweep.map(({ conditions: { batch } }) => batch)).size >= sizes);
    const weighed = ({ model, system }) =>
      cells.some((cell) => cell.quantity === 'memory' && cell.model === model && cell.system === system);
    const blind = groupsOf(
      sweeps.filter(([first]) => !weighed(first)),
      ([{ model }]) => model,
    );
    return [...blind.map((group) => unweighed(group)), ...sweeps.flatMap((sweep) => cliffs(sweep, weighed(sweep[0])))];
  },
};

const unweighed = (group) =>
  doubt(
    group.flat(),
    `${group[0][0].model}: ${group.map(([{ systemName }]) => systemName).join(' and ')} at ${group[0].length} batch sizes, and no peak memory beside the times${group.flat().some(({ text }) => text === 'out of memory') ? ', though memory ran out' : ''}.`,
    'peak memory at each size, each in a fresh process',
  );

function cliffs(sweep, isWeighed) {
  const points = sweep
    .filter(({ value }) => value !== null)
    .map((cell) => ({ cell, batch: Number(cell.conditions.batch), seconds: baseValue(cell) }))
    .filter(({ batch }) => batch > 0)
    .toSorted((a, b) => a.batch - b.batch);
  return points.slice(1).flatMap((to, at) => {
    const from = points[at];
    const [work, time] = [to.batch / from.batch, to.seconds / from.seconds];
    if (time < cliff * work) return [];
    const step = `${to.cell.model}: ${to.cell.systemName} takes ${printed(from.cell)} at batch ${from.batch} and ${printed(to.cell)} at ${to.batch}, ${times(time)} the time for ${times(work)} the work`;
    return isWeighed
      ? fact(
          [from.cell, to.cell],
          `${step}: that is not computing, but memory or other work of the machine.`,
          'peak memory at both sizes, and the same run on a quiet machine',
        )
      : doubt(
          [from.cell, to.cell],
          `${step}: memory pressure, not computing.`,
          'device and resident memory at both sizes',
        );
  });
}
