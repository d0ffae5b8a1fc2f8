/** onpar's own verdict on a window of pairs, look by look, as a run would come to it; and on windows in sequence. */
import { built } from '../../lib/onpar.mjs';

const [
  { channelsOf },
  { weigh },
  { judgePaired, nextLook, verdictOf },
  { pairedSettings, pairedSettingsOf },
  { spreadOf },
  { pairsToConfirm, weighTwice },
] = await Promise.all(
  ['channels', 'paired-evidence', 'paired', 'settings', 'fitness', 'confirm'].map((name) => built(`judge/${name}.js`)),
);

export const settings = pairedSettings;
/** What a card asks for that cares about one per cent, and pays for it with time. */
export const fine = pairedSettingsOf({ margin: 0.003, budget: settings.budget, seconds: 40 });

const plannedBy = ({ looks }) => looks.at(-1).pairs;
/** As many pairs as the usual plan of looks may use. */
export const planned = plannedBy(settings);

/** What the judge looks at, computed once for all windows of a trace. */
export const lookedAt = (pairs) => ({ pairs, channels: channelsOf(pairs) });

export const part = ({ location, q25, median, tail }, from, to) => ({
  location: location.slice(from, to),
  q25: q25.slice(from, to),
  median: median.slice(from, to),
  tail: tail === null ? null : tail.slice(from, to),
});

/** All times of B longer by this fraction: exact, as every channel is a log ratio. */
export const shifted = ({ location, q25, median, tail }, by) => {
  const shift = (values) => values.map((value) => value + Math.log1p(by));
  return { location: shift(location), q25: shift(q25), median: shift(median), tail: tail && shift(tail) };
};

/**
 * The verdict at the look where a run would stop. The same functions as the product's, without what only words need.
 * @param {any} channels of one window @param {any} rules settings @param {readonly any[]} pairs for their fitness; none: taken to be fit
 */
export function decide(channels, rules = settings, pairs = []) {
  let judgement = judgePaired([]);
  let next = nextLook(judgement, rules);
  while (next !== null && next <= channels.location.length) {
    const weighed = weigh(part(channels, 0, next), rules);
    const { location, tail } = weighed;
    const isUnfit = pairs.length > 0 && !(spreadOf(pairs.slice(0, next), 'A') <= rules.unusable);
    const verdict = isUnfit ? 'unfit' : verdictOf(weighed, rules);
    judgement = { verdict, evidence: { given: next, ratio: location.ratio, interval: location.interval, tail } };
    next = nextLook(judgement, rules);
  }
  return { verdict: judgement.verdict, used: judgement.evidence?.given ?? 0, ...judgement.evidence };
}

/**
 * One verdict after the other, each on the pairs that follow those of the one before: disjoint, and none chosen by what it says. A verdict is
 * begun only where the whole plan would fit, so that none is cut short. Of whole suites each run is one, which ended where its verdict did.
 * @param {{ pairs: readonly any[], channels: any, runs?: readonly number[] }} looked @param {any} rules
 */
export function inSequence({ pairs, channels, runs }, rules = settings) {
  if (runs !== undefined) return byRun({ pairs, channels, runs }, rules);
  const verdicts = [];
  const most = plannedBy(rules);
  for (let start = 0; start + most <= pairs.length;) {
    const end = start + most;
    const decided = decide(part(channels, start, end), rules, pairs.slice(start, end));
    verdicts.push({ ...decided, start });
    start += decided.used;
  }
  return verdicts;
}

/** Of the bundled suite. */
export const suiteCases = 18;

/** Fresh pairs of a suspect. */
export const freshOf = (rules, cases = suiteCases) => pairsToConfirm(rules, cases);

/** Whether fresh pairs say again what the screen said. @param {any} channels of the fresh pairs @param {any} decided the screen @param {any} rules @param {number} cases of the suite */
export function isSeenAgain(channels, { interval, tail }, rules = settings, cases = suiteCases) {
  const screen = { location: interval, tail: tail?.interval ?? null };
  return verdictOf(weighTwice(channels, { cases, screen }, rules), rules) === 'slower';
}

/** As in sequence, but as a suite says it: what is suspected is judged again on the pairs that follow, and `slower` only where they agree. */
export function inSuite({ pairs, channels }, rules = settings) {
  const verdicts = [];
  const [most, fresh] = [plannedBy(rules), freshOf(rules)];
  for (let start = 0; start + most + fresh <= pairs.length;) {
    const decided = decide(part(channels, start, start + most), rules, pairs.slice(start, start + most));
    const from = start + decided.used;
    const suspected = decided.verdict === 'slower';
    const isFit = spreadOf(pairs.slice(from, from + fresh), 'A') <= rules.unusable;
    const isRed = suspected && isFit && isSeenAgain(part(channels, from, from + fresh), decided, rules);
    const verdict = suspected && !isRed ? 'cleared' : decided.verdict;
    const used = decided.used + (suspected ? fresh : 0);
    verdicts.push({ ...decided, start, used, suspected, verdict });
    start += used;
  }
  return verdicts;
}

function byRun({ pairs, channels, runs }, rules) {
  let end = 0;
  return runs.map((length) => {
    const start = end;
    end += length;
    return { ...decide(part(channels, start, end), rules, pairs.slice(start, end)), start };
  });
}

/** Disjoint windows of a whole plan each: what the peers are given too. */
export const fixedWindows = ({ pairs, channels }) =>
  Array.from({ length: Math.floor(pairs.length / planned) }, (_, index) => {
    const [from, to] = [index * planned, (index + 1) * planned];
    return { pairs: pairs.slice(from, to), channels: part(channels, from, to) };
  });

/** The product itself, sentences, interval and visible slowdown included. */
export const fullJudgement = (pairs) => judgePaired(pairs, settings);

/** The smallest slowdown, in steps of 0.05 %, at which this window is seen to be slower; Infinity beyond a half. */
export function seenFrom(channels) {
  const isSeen = (step) => decide(shifted(channels, step / 2000)).verdict === 'slower';
  let [low, high] = [0, 1000];
  if (!isSeen(high)) return Infinity;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (isSeen(middle)) high = middle;
    else low = middle;
  }
  return high / 2000;
}
