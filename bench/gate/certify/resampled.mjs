/**
 * The same pairs drawn again and again, their labels turned round by chance: the null hypothesis exactly, but draws of one bank depend on each other, so
 * these figures stand beside the disjoint ones and prove less. Whole suites can only be had so.
 */
import { built } from '../../lib/onpar.mjs';
import { decide, planned, settings, shifted } from './ours.mjs';

const [{ confirm, errorIn, pairsToConfirm }, { randomFrom }] = await Promise.all(
  ['judge/confirm.js', 'stats/random.js'].map(built),
);

export const thorough = { draws: 4_000, suites: 2_000 };
const cases = 20;

/** What one draw picked: pair numbers and which of them are turned round. */
const pick = (random, from, count) =>
  Array.from({ length: count }, () => ({ at: Math.floor(random() * from), turned: random() < 0.5 }));

const channelsAt = (channels, picked) => {
  const take = (values) => picked.map(({ at, turned }) => (turned ? -values[at] : values[at]));
  const { location, q25, median, tail } = channels;
  return { location: take(location), q25: take(q25), median: take(median), tail: tail && take(tail) };
};

/** How often a class alarms at these slowdowns. @param {import('./bank.mjs').Entry} entry @param {readonly number[]} slowdowns @param {number} draws */
export function resampledAlarms({ channels, pairs }, slowdowns, draws) {
  const random = randomFrom(1);
  const drawn = Array.from({ length: draws }, () => channelsAt(channels, pick(random, pairs.length, planned)));
  return slowdowns.map((by) => ({
    by,
    n: draws,
    alarms: drawn.filter((each) => decide(shifted(each, by)).verdict === 'slower').length,
  }));
}

const turnedRound = (pair) => ({
  ...pair,
  blocks: pair.blocks.map((block) => ({
    ...block,
    order: block.order.replaceAll(/[AB]/g, (arm) => (arm === 'A' ? 'B' : 'A')),
  })),
});

/** Suites of twenty unchanged cases: every suspect is judged again on fresh pairs, as the product does. @param {readonly import('./bank.mjs').Entry[]} entries @param {number} suites */
export function suiteAlarms(entries, suites) {
  const random = randomFrom(2);
  let [suspected, alarmed] = [0, 0];
  for (let suite = 0; suite < suites; suite += 1) {
    const screened = Array.from({ length: cases }, () => entries[Math.floor(random() * entries.length)]);
    const suspects = screened.filter(
      ({ channels, pairs }) => decide(channelsAt(channels, pick(random, pairs.length, planned))).verdict === 'slower',
    );
    const fresh = suspects.map(({ pairs }) =>
      pick(random, pairs.length, pairsToConfirm(settings, suspects.length)).map(({ at, turned }) =>
        turned ? turnedRound(pairs[at]) : pairs[at],
      ),
    );
    suspected += suspects.length > 0 ? 1 : 0;
    alarmed += isAlarmed(fresh) ? 1 : 0;
  }
  return { suites, cases, suspected, alarmed };
}

/** Whether any suspect is still slower on its fresh pairs, in the family of all of them. @param {readonly (readonly any[])[]} suspects */
export function isAlarmed(suspects) {
  const errors = suspects.map((fresh) => errorIn(fresh, suspects.length));
  return suspects.some((fresh, at) => confirm(fresh, errors.toSpliced(at, 1), settings).verdict === 'slower');
}
