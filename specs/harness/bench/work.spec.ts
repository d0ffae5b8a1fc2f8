/** The work that is added to B: how much, and to which calls. */
import { describe, expect, it } from 'vitest';
import { bench } from '../support/bench.ts';

const { work, withExtra } = await bench('gate/record/extra-work.mjs');
const { elementsFor } = await bench('gate/record/calibrate.mjs');
const { workOf } = await bench('gate/record/classes.mjs');

/** A backend that counts its calls. */
function counting(): { backend: object; count: () => number } {
  let calls = 0;
  const binding = { call: async () => void (calls += 1), outputs: () => ({}), release: () => {} };
  const session = { inputs: [], outputs: [], bind: () => binding, close: async () => {} };
  const backend = {
    id: 'some/backend',
    load: async () => ({ version: '1', provider: 'cpu', open: async () => session }),
  };
  return { backend, count: () => calls };
}

async function bound(extra: object): Promise<{ call: () => Promise<void>; count: () => number }> {
  const { backend, count } = counting();
  const session = await (await withExtra(backend, extra).load({})).open('path');
  const binding = session.bind({});
  return { call: () => binding.call(), count };
}

describe('the call once more', () => {
  // Five standard deviations of a binomial count.
  it.each([
    ['always', 2000, 0],
    ['half', 1500, 80],
    ['one in twenty', 1050, 35],
  ])('in %s of the calls', async (when, mean, apart) => {
    const { call, count } = await bound({ elements: -1, when });
    for (let index = 0; index < 1000; index += 1) await call();
    expect(Math.abs(count() - mean)).toBeLessThanOrEqual(apart);
  });

  it('not in each twentieth call: visits of four calls, of which the first does not count, would always miss it', async () => {
    const { call, count } = await bound({ elements: -1, when: 'one in twenty' });
    const due: number[] = [];
    for (let index = 0; index < 2000; index += 1) {
      const before = count();
      await call();
      if (count() - before === 2) due.push(index % 4);
    }
    expect(new Set(due).size).toBe(4);
  });
});

it('other work leaves the number of calls as it is', async () => {
  const { call, count } = await bound({ elements: 100, when: 'always' });
  await call();
  expect(count()).toBe(1);
});

it('the same work gives the same sum, so that nothing of it was left out', () => {
  const before = work(0);
  const once = work(2048) - before;
  expect(work(2048) - before).toBeCloseTo(2 * once, 6);
  expect(once).toBeGreaterThan(0);
});

it('the amount of work is read off a straight line', () => {
  const timed = [
    { elements: 500, seconds: 6e-6 },
    { elements: 20_000, seconds: 201e-6 },
  ];
  expect(elementsFor(timed, 11e-6)).toBe(1000);
  expect(elementsFor(timed, 0)).toBe(1);
});

it('knows the works by name, and any percentage', () => {
  expect(workOf('same')).toBeNull();
  expect(workOf('slower-3.5')).toEqual({ share: 0.035, when: 'always' });
  expect(workOf('tail')).toEqual({ share: 1, when: 'one in twenty' });
  expect(() => workOf('quicker')).toThrow('unknown work quicker');
});
