/** Work on a GPU is queued: a clock that stops before the device has finished times the queue. */
import { groupsOf, notSaid, numbersOf } from '../cells.mjs';
import { doubt } from './rule.mjs';

export const rule = {
  id: 'asynchronous timing',
  about: 'a GPU time without a word of synchronization',
  find(table) {
    const open = numbersOf(table, 'time').filter(
      ({ conditions: { device, synchronized } }) => device === 'gpu' && [notSaid, 'no'].includes(synchronized),
    );
    return groupsOf(open, ({ system }) => system).map((cells) =>
      doubt(
        cells,
        `${cells[0].systemName} runs on a GPU, and whether the clock waited for the device is ${cells[0].conditions.synchronized === 'no' ? 'denied' : 'not said'}: ${cells.length === 1 ? 'its time' : `its ${cells.length} times`} may be that of queueing.`,
        'a synchronization before the clock is read, or outputs copied back inside the timed call',
      ),
    );
  },
};
