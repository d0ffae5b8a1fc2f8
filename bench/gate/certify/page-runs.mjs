/** The parts of docs/gate.md that come from whole runs of the product, and are left out where there was none. */
import { atMost, fixed, seconds, table } from './format.mjs';

export const suiteRuns = (figures) =>
  figures.suiteRuns.length === 0
    ? ''
    : `## Whole suites of unchanged code

**In pairs**: \`node bench/gate/suite.mjs --runs N\` runs \`specs/latency.spec.ts\` against an equal version of onpar, whose backend files only have another last line: every gated case is measured. The pairs of its cases on wasm and TF.js are verdicts of the class \`wasm\`, too.
**Not in pairs**: \`--unchanged\` runs the specs of latency, memory, parity and size against this very version, as \`npm test\` does where nothing was changed: load and first inference are judged against the committed values of this machine.
Seconds are those of the whole run.

${table(
  [
    'machine',
    'baselines',
    'in pairs',
    'runs',
    'red',
    'at most',
    'cases',
    'steady',
    'inconclusive or unfit',
    'seconds',
    'longest',
  ],
  figures.suiteRuns.map(
    ({ machine, baselined, paired, runs, red, bounds, cases, steady, undecided, seconds: middle, longest }) => [
      `\`${machine}\``,
      baselined ? 'yes' : 'no',
      paired ? 'yes' : 'no',
      runs,
      red,
      atMost(bounds.high),
      cases,
      steady,
      undecided,
      seconds(middle),
      seconds(longest),
    ],
  ),
)}`;

export const committed = (figures) =>
  figures.committed.length === 0
    ? ''
    : `## Committed latency

\`node bench/gate/committed.mjs --record MINUTES\` records sessions of five fresh processes, which stand in the place of days here; each is judged against the eight before it, as it is and at +5 %. **Red**: slower
three times in a row, as the product asks for; **once**: before that. Windows overlap (dependent), and sessions of an hour are nearer to each other than days are.

${table(
  ['machine', 'case', 'windows', 'hours', 'red', 'once', '+5 % red', '+5 % once'],
  figures.committed.map(({ machine, case: title, n, hours, alarms: same, found: slower }) => [
    `\`${machine}\``,
    title,
    n,
    fixed(hours),
    same.red,
    same.once,
    slower.red,
    slower.once,
  ]),
)}`;

export const diffs = (figures) =>
  figures.diffs.length === 0
    ? ''
    : `## What moved between two releases

\`node bench/gate/diff.mjs [--base PACKAGE@VERSION]\` runs \`onpar diff\` for each bundled model, the base being installed already. Columns: of how many cases that differ something is said, undecided not counting.

${table(
  ['machine', 'releases', 'model', 'cases', 'parity', 'accuracy', 'size', 'latency', 'seconds', 'runs'],
  figures.diffs.flatMap(({ machine, releases, models }) =>
    models.map(({ model, cases, shown, seconds: time, runs }) => [
      `\`${machine}\``,
      releases,
      model,
      cases,
      shown.parity,
      shown.accuracy,
      shown.size,
      shown.latency,
      seconds(time),
      runs,
    ]),
  ),
)}`;
