/**
 * The same pairs drawn again and again, their labels turned round by chance: the null hypothesis exactly, but draws of one bank depend on each other, so
 * these figures stand beside the disjoint ones and prove less. Whole suites can only be had so.
 */
import { built } from '../../lib/onpar.mjs';
import { decide, freshOf, isSeenAgain, planned, settings, shifted } from './ours.mjs';

const { randomFrom } = await built('stats/random.js');

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

/** Suites of twenty unchanged cases: every suspect is judged again on fresh pairs, as the product does. @param {readonly import('./bank.mjs').Entry[]} entries @param {number} suites */
export function suiteAlarms(entries, suites) {
  const random = randomFrom(2);
  const draw = ({ channels, pairs }, count) => channelsAt(channels, pick(random, pairs.length, count));
  let [suspected, alarmed] = [0, 0];
  for (let suite = 0; suite < suites; suite += 1) {
    const suspects = Array.from({ length: cases }, () => entries[Math.floor(random() * entries.length)])
      .map((entry) => ({ entry, decided: decide(draw(entry, planned)) }))
      .filter(({ decided }) => decided.verdict === 'slower');
    const alarms = suspects.filter(({ entry, decided }) =>
      isSeenAgain(draw(entry, freshOf(settings, cases)), decided, settings, cases),
    );
    suspected += suspects.length > 0 ? 1 : 0;
    alarmed += alarms.length > 0 ? 1 : 0;
  }
  return { suites, cases, suspected, alarmed };
}
