/**
 * A backend that does more: a softmax of so many numbers after a call, or the call once more. What is recorded with it is slower by
 * real work and not by arithmetic on its times. Runs in the worker. (Another inference would be more like a model's own work, but the smallest
 * one costs 25 us after a real one: 2.5 % of a call of 1 ms.)
 */

/**
 * @typedef {object} Extra
 * @property {number} elements of the softmax; 0: none; -1: the call itself once more
 * @property {'always' | 'one in twenty' | 'half'} when
 */

/** @param {Extra} extra */
export const withExtra = (backend, extra) => ({
  ...backend,
  load: async (context) => {
    const runtime = await backend.load(context);
    return {
      ...runtime,
      open: async (path) => {
        const session = await runtime.open(path);
        return { ...session, bind: (feeds) => bindWith(session.bind(feeds), extra) };
      },
    };
  },
});

const bindWith = (binding, { elements, when }) => ({
  ...binding,
  async call() {
    await binding.call();
    if (!isDue(when)) return;
    if (elements < 0) await binding.call();
    else work(elements);
  },
});

const shares = { always: 1, 'one in twenty': 1 / 20, half: 1 / 2 };

/** @param {Extra['when']} when */
const isDue = (when) => Math.random() < shares[when];

const logits = Float64Array.from({ length: 1024 }, (_, index) => Math.sin(index));

/** Kept, so that no compiler leaves the work out. */
let total = 0;

/** Softmax of `elements` numbers, 1,024 at a time, so that the time grows with them and the memory does not. @param {number} elements */
export function work(elements) {
  for (let index = 0; index < elements; index += 1) total += Math.exp(logits[index & 1023]);
  return total;
}
