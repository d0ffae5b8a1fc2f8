/** What the gate is meant to reach, and what the traces show: a missed goal stays in the table. */
import { both } from './diffs.mjs';
import { atMost, fixed, percent, seconds } from './format.mjs';
import { suiteCases } from './ours.mjs';

const columns = ['parity', 'accuracy', 'size', 'latency'];

/**
 * @typedef {{ what: string, goal: string, shown: string, met: boolean | null }} Goal null: nothing recorded yet
 * @param {ReturnType<import('./certification.mjs').certify>} figures @returns {readonly Goal[]}
 */
export const goalsOf = (figures) => [
  ...falseAlarms(figures),
  ...found(figures),
  ...seenTwice(figures),
  suite(figures),
  ...suiteRuns(figures),
  ...committed(figures),
  ...diffs(figures),
  ...sight(figures),
];

const usual = (row) => row.machine === 'all' && row.condition === 'pinned';

const falseAlarms = ({ alarms }) =>
  alarms.filter(usual).map(({ class: name, slower, n, bounds }) => ({
    what: `${name}: false alarms`,
    goal: '<= 1 %, upper 95 % bound <= 1.5 %',
    shown: `${slower} of ${n}, at most ${atMost(bounds.high)}`,
    met: n === 0 ? null : slower / n <= 0.01 && bounds.high <= 0.015,
  }));

/** Windows that a rate of finds is asked of: fewer show nothing. */
const enough = 40;
const limits = [
  { effect: '+2 %', margin: 0.005, least: 0.95, seconds: 10 },
  { effect: '+5 %', margin: 0.005, least: 0.995, seconds: 10 },
  { effect: '+1 %', margin: 0.003, least: 0.9, seconds: 40 },
];

/** What really did so much more work never did just so much: it counts to scale, or replayed. */
const asked = (rows) =>
  rows
    .filter((row) => usual(row) && row.kind !== 'work')
    .flatMap((row) =>
      limits
        .filter(({ effect, margin }) => effect === row.effect && margin === row.margin)
        .map((limit) => ({ ...row, limit })),
    );

const found = ({ detection }) =>
  asked(detection).map(({ class: name, effect, kind, margin, n, slower, measured, limit }) => ({
    what: `${name}: ${effect} (${kind}) found, margin ${percent(margin)}`,
    goal: `>= ${percent(limit.least)} of ${enough} and more, in <= ${limit.seconds} s of measuring`,
    shown: `${slower} of ${n}, ${seconds(measured)}`,
    met: n < enough ? null : slower / n >= limit.least && measured <= limit.seconds,
  }));

const seenTwice = ({ reds }) =>
  asked(reds).map(({ class: name, effect, kind, margin, n, slower, measured, limit }) => ({
    what: `${name}: ${effect} (${kind}) red in a suite of ${suiteCases}, margin ${percent(margin)}`,
    goal: `>= ${percent(limit.least)} of ${enough} and more`,
    shown: `${slower} of ${n}, ${seconds(measured)} of measuring`,
    met: n < enough ? null : slower / n >= limit.least,
  }));

const suite = ({ resampledSuites: suites }) => ({
  what: 'any false alarm in a suite of 20 cases (resampled)',
  goal: '<= 1 %',
  shown: suites === null ? '–' : `${suites.alarmed} of ${suites.suites}`,
  met: suites === null ? null : suites.alarmed / suites.suites <= 0.01,
});

/** Fifty runs over all machines with baselines, and over all without; how long 18 cases take on each. */
const suiteRuns = (figures) => [
  ...[true, false].flatMap((baselined) => [true, false].map((paired) => green(figures, baselined, paired))),
  ...figures.suiteRuns
    .filter(({ paired }) => paired)
    .map(({ machine, baselined, cases, seconds: middle }) => ({
      what: `the suite of 18 gated cases judged, \`${machine}\`, ${state(baselined)}`,
      goal: '<= 180 s',
      shown: `${cases} cases, ${seconds(middle)}`,
      met: cases >= 18 && middle <= 180,
    })),
];

const state = (baselined) => (baselined ? 'with baselines' : 'without a baseline');

function green(figures, baselined, paired) {
  const some = figures.suiteRuns.filter((each) => each.baselined === baselined && each.paired === paired);
  const total = (field) => some.reduce((sum, each) => sum + each[field], 0);
  const [runs, red] = [total('runs'), total('red')];
  return {
    what: `whole suites of unchanged code, on a machine ${state(baselined)}, ${paired ? 'all in pairs' : 'nothing to pair'}`,
    goal: '50 runs, none red',
    shown: `${red} of ${runs} red, ${some.length} ${some.length === 1 ? 'machine' : 'machines'}`,
    met: red > 0 ? false : runs < 50 ? null : true,
  };
}

/** A session in the place of a day, and red only what is slower three times in a row, as in the product. */
const committed = (figures) =>
  figures.committed.map(({ machine, case: title, n, hours, alarms, found: slower }) => ({
    what: `committed latency, ${title}, \`${machine}\`: +5 % found / false alarms`,
    goal: `>= 95 % / <= 2 % of ${enough} and more`,
    shown: `${slower.red} / ${alarms.red} of ${n} that overlap, ${fixed(hours)} hours`,
    met: n < enough ? null : slower.red / n >= 0.95 && alarms.red / n <= 0.02,
  }));

/** After the install; all four columns of every case of both models. */
const diffs = (figures) =>
  figures.diffs.map(({ machine, releases, models }) => {
    const own = both.flatMap((id) => models.filter(({ model }) => model === id));
    const total = own.reduce((sum, { seconds: one }) => sum + one, 0);
    const whole = own.filter(({ cases, shown }) => cases > 0 && columns.every((column) => shown[column] === cases));
    return {
      what: `\`onpar diff\` of ${releases}, ${both.join(' and ')}, four columns, \`${machine}\``,
      goal: '<= 120 s after install',
      shown: `${own.length} models, ${whole.length} with four columns of every case, ${seconds(total)}`,
      met: own.length < both.length ? null : whole.length === both.length && total <= 120,
    };
  });

/** What is printed holds for the machine and the hour it is printed on: it is held against the windows that follow. */
const sight = (figures) =>
  figures.sight.flatMap(({ class: name, looks }) =>
    looks.map(({ look, printed, next, n }) => ({
      what: `${name}: slowdown that a run of ${look} pairs says the next could see, nine times in ten`,
      goal: 'within 25 % of the true one',
      shown: `${percent(printed, 2)} printed, true ${Number.isNaN(next) ? '–' : next.toFixed(2)} times that, ${n} windows`,
      met: Number.isNaN(next) ? null : next >= 0.8 && next <= 1.25,
    })),
  );
