/** One model on one kind of device cannot differ tenfold between mature runtimes, unless threads or unfinished work were timed. */
import { baseValue, differences, groupsOf, isQuantized, notSaid, numbersOf, pairsOf } from '../cells.mjs';
import { doubt, printed, times } from './rule.mjs';

const most = 8;
/** What would explain it, had the table said it. */
const excuses = ['threads', 'synchronized'];

export const rule = {
  id: 'timing fault',
  about: 'times of one model too far apart to be the same work, with threads and synchronization not said',
  find(table) {
    const cells = numbersOf(table, 'time').filter((cell) => !isQuantized(cell) && cell.conditions.device !== 'gpu');
    return groupsOf(cells, ({ model, row }) => `${model}\0${row}`).flatMap((row) => {
      const pairs = pairsOf(row).map((pair) => pair.toSorted((a, b) => baseValue(a) - baseValue(b)));
      return pairs.filter(([fast, slow]) => baseValue(slow) >= most * baseValue(fast) && isOpen(fast, slow)).map(told);
    });
  },
};

const isOpen = (fast, slow) =>
  differences(fast, slow, ['threads', 'batch', 'phase', 'device']).length === 0 &&
  [fast, slow].some((cell) => excuses.some((name) => cell.conditions[name] === notSaid));

const told = ([fast, slow]) =>
  doubt(
    [slow, fast],
    `${slow.model}: ${slow.systemName} ${printed(slow)} against ${fast.systemName} ${printed(fast)}, ${times(baseValue(slow) / baseValue(fast))} for the same arithmetic, and neither threads nor waiting for the result are said: a timing fault until shown otherwise.`,
    'both with one thread, one batch size, and outputs read before the clock stops',
  );
