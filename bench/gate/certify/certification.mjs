/** From traces to figures: pure, seeded, the same for the same traces. */
import { quantile } from '../../lib/figures.mjs';
import { proportionBounds } from '../statistics/beta.mjs';
import { columnsOf, compareAll, nameOf } from './comparison.mjs';
import { replays } from './effects.mjs';
import { fine, inSequence, inSuite, lookedAt, settings, shifted } from './ours.mjs';
import { resampledAlarms, suiteAlarms, thorough } from './resampled.mjs';
import { seenInSequence, sightAt } from './sight.mjs';
import { summaryOf } from './suites.mjs';
import { tally, timedVerdicts } from './tally.mjs';

const usualCondition = 'pinned';

/** @param {readonly import('./bank.mjs').Entry[]} bank @param {{ effort?: { draws: number, suites: number }, suiteRuns?: ReturnType<typeof import('./suites.mjs').readSuites>, committed?: Awaited<ReturnType<typeof import('./committed.mjs').readCommitted>>, diffs?: ReturnType<typeof import('./diffs.mjs').readDiffs> }} options effort: how much is resampled */
export function certify(bank, { effort = thorough, suiteRuns = [], committed = [], diffs = [] } = {}) {
  const classNames = [...new Set(bank.map((entry) => entry.class))];
  const unchanged = bank.filter(({ work }) => work === 'same');
  const recorded = bank.filter(({ suite }) => suite === undefined);
  const usual = recorded.filter(({ work, condition }) => work === 'same' && condition === usualCondition);
  return {
    traces: bank.map(({ machine, class: name, work, condition, suite, pairs }) => ({
      machine,
      class: name,
      work,
      condition: suite === undefined ? condition : `${condition}, suites: ${suite}`,
      pairs: pairs.length,
    })),
    alarms: groups(unchanged).map(({ key, entries }) => ({
      ...key,
      ...tally(entries.flatMap((entry) => timedVerdicts(entry, settings))),
    })),
    detection: groups(recorded, false).flatMap(detectionOf),
    reds: groups(
      recorded.filter(({ condition }) => condition === usualCondition),
      false,
    ).flatMap(redsOf),
    sight: classNames.map((name) => {
      const entries = usual.filter((entry) => entry.class === name);
      return { class: name, looks: sightAt(entries), seen: seenInSequence(entries) };
    }),
    resampled: classNames.map((name) => ({
      class: name,
      rows: usual
        .filter((entry) => entry.class === name)
        .map((entry) => resampledAlarms(entry, [0, 0.01, 0.02, 0.05], effort.draws)),
    })),
    suiteRuns: suiteRuns.map(summaryOf),
    committed,
    diffs,
    resampledSuites: usual.length === 0 ? null : suiteAlarms(usual, effort.suites),
    comparison: classNames.map((name) => {
      const columns = columnsOf(recorded.filter((entry) => entry.class === name && entry.condition === usualCondition));
      return { class: name, columns, rows: columns[0]?.kind === 'unchanged' ? compareAll(columns) : [] };
    }),
  };
}

/** Traces that belong in one row: of one class and condition, for each machine and, where there are several, for all of them. */
function groups(bank, withMachines = true) {
  const keyed = new Map();
  for (const entry of bank) {
    const machines = withMachines ? ['all', entry.machine] : ['all'];
    for (const machine of machines) {
      const key = { class: entry.class, condition: entry.condition, machine };
      const name = JSON.stringify(key);
      if (!keyed.has(name)) keyed.set(name, { key, entries: [] });
      keyed.get(name).entries.push(entry);
    }
  }
  const several = new Set(bank.map(({ machine }) => machine)).size > 1;
  return [...keyed.values()].filter(({ key }) => key.machine === 'all' || several);
}

/** Replayed slowdowns of unchanged code, and whatever work was really added; less of it where conditions are unusual. */
function detectionOf({ key, entries }) {
  const isUsual = key.condition === usualCondition;
  const { same, works, of } = byWork(entries);
  const played = replays.filter(({ name }) => isUsual || name === '+2 %' || name === '+5 %');
  const scaled = isUsual ? works.filter(isScalable) : [];
  return [
    ...(same.length === 0 ? [] : played.map((replay) => row(key, replay.name, 'replayed', same, { replay }))),
    ...works.map((work) => row(key, nameOf(work), 'work', of(work))),
    ...scaled.map((work) => row(key, nameOf(work), toScale, of(work), { to: nominalOf(work) })),
    ...(isUsual ? finely(key, entries) : []),
  ];
}

/** Traces of unchanged code, and those of each work that was really added. */
function byWork(entries) {
  const of = (work) => entries.filter((entry) => entry.work === work);
  const works = [...new Set(entries.map(({ work }) => work))].filter((work) => work !== 'same');
  return { same: of('same'), works, of };
}

/** What a suite makes of it: suspects are judged again. */
function redsOf({ key, entries }) {
  const { same, works, of } = byWork(entries);
  const verdictsOf = inSuite;
  return [
    ...(same.length === 0 ? [] : [row(key, 'same', 'unchanged', same, { verdictsOf })]),
    ...(same.length === 0 ? [] : replays.filter(({ by }) => by !== null)).map((replay) =>
      row(key, replay.name, 'replayed', same, { replay, verdictsOf }),
    ),
    ...works
      .filter(isScalable)
      .map((work) => row(key, nameOf(work), toScale, of(work), { to: nominalOf(work), verdictsOf })),
    ...finely(key, entries, verdictsOf),
  ];
}

/** +1 % at the margin of a card that cares about it. */
function finely(key, entries, verdictsOf = inSequence) {
  const { same, of } = byWork(entries);
  const worked = of('slower-1');
  return [
    ...(same.length === 0 ? [] : [row(key, '+1 %', 'replayed', same, { replay: replays[0], rules: fine, verdictsOf })]),
    ...(worked.length === 0 ? [] : [row(key, '+1 %', toScale, worked, { to: 0.01, rules: fine, verdictsOf })]),
  ];
}

/** Real work, which is never just so much: what B took is brought to it by one factor for each trace. */
const toScale = 'work to scale';

/** `slower-2`: 0.02. */
function nominalOf(work) {
  const [, percents] = /^slower-(.*)$/.exec(work) ?? [];
  return percents === undefined ? null : Number(percents) / 100;
}

const isScalable = (work) => nominalOf(work) !== null;

function row(key, effect, kind, entries, { replay, to, rules = settings, verdictsOf = inSequence } = {}) {
  const changed = entries.map((entry) => ({ entry, channels: changedIn(entry, { replay, to }) }));
  return {
    ...key,
    effect,
    kind,
    margin: rules.margin,
    truth: truthOf(changed.flatMap(({ channels }) => channels.location)),
    ...tally(changed.flatMap(({ entry, channels }) => timedVerdicts(entry, rules, channels, verdictsOf))),
  };
}

/** Over all pairs, which a verdict sees only some of. */
const truthOf = (logRatios) => Math.expm1(quantile(logRatios, 0.5));

function changedIn(entry, { replay, to }) {
  if (replay !== undefined) return replayedOn(entry, replay);
  return to === undefined
    ? entry.channels
    : shifted(entry.channels, (1 + to) / (1 + truthOf(entry.channels.location)) - 1);
}

const replayedOn = ({ pairs, channels }, { by, apply }) =>
  by === null ? lookedAt(apply(pairs)).channels : shifted(channels, by);

/** One line for a badge: all classes and machines together, and the class that sees least. */
export function headline({ alarms, sight }) {
  const usual = alarms.filter(({ machine, condition }) => machine === 'all' && condition === usualCondition);
  const total = (field) => usual.reduce((sum, each) => sum + each[field], 0);
  const [slower, n] = [total('slower'), total('n')];
  return {
    slower,
    n,
    high: n === 0 ? 1 : proportionBounds(slower, n).high,
    seen: Math.max(...sight.map(({ seen }) => seen)),
  };
}
