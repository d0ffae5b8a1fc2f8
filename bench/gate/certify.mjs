/** npm run bench:gate: certifies the latency gate from the committed traces; with --record MINUTES it records more on this machine first. */
import { existsSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { built, needBuild, root } from '../lib/onpar.mjs';
import { tidy } from '../lib/tidy.mjs';

const { values } = parseArgs({
  options: {
    record: { type: 'string' },
    // Records these only, such as same,slower-2; of these classes.
    work: { type: 'string' },
    class: { type: 'string' },
    // Two recordings, of different classes, can run side by side.
    core: { type: 'string' },
    traces: { type: 'string', default: join(root, 'bench', 'gate', 'traces') },
    suites: { type: 'string', default: join(root, 'bench', 'gate', 'suites') },
    sessions: { type: 'string', default: join(root, 'bench', 'gate', 'sessions') },
    diffs: { type: 'string', default: join(root, 'bench', 'gate', 'diffs') },
    out: { type: 'string', default: join(root, 'docs') },
  },
});
needBuild();
const { BadInput } = await built('schema/bad-input.js');
try {
  if (values.record !== undefined) await recordFor(Number(values.record) * 60);
  await certifyAll();
} catch (error) {
  if (!(error instanceof BadInput)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}

async function certifyAll() {
  const names = ['bank', 'certification', 'page', 'badge', 'suites', 'committed', 'diffs'];
  const [{ readBank }, { certify, headline }, { page }, { badge }, { readSuites }, { readCommitted }, { readDiffs }] =
    await Promise.all(names.map((name) => import(`./certify/${name}.mjs`)));
  const bank = await readBank(values.traces);
  if (bank.length === 0)
    throw new BadInput({
      what: 'holds no trace',
      where: values.traces,
      fix: 'Record some: npm run bench:gate -- --record 60',
    });
  const committed = await readCommitted(values.sessions);
  const figures = certify(bank, { suiteRuns: readSuites(values.suites), committed, diffs: readDiffs(values.diffs) });
  const [text, image] = [join(values.out, 'gate.md'), join(values.out, 'gate.svg')];
  writeFileSync(text, await tidy(page(figures)));
  writeFileSync(image, badge(headline(figures)));
  console.log(`${text}\n${image}`);
}

function isNamed(list, name) {
  return list === undefined || list.split(',').includes(name);
}

function coreNamed() {
  if (values.core === undefined) return undefined;
  const core = Number(values.core);
  if (Number.isInteger(core) && core >= 0 && core < availableParallelism()) return core;
  throw new BadInput({
    what: `no core ${values.core} here`,
    where: '--core',
    fix: `Give one of 0 to ${availableParallelism() - 1}.`,
  });
}

/** A whole verdict's pairs of one trace, then of the one that is furthest behind: all see the same weather. */
async function recordFor(seconds) {
  if (!(seconds > 0)) throw new BadInput({ what: 'no time', where: '--record', fix: 'Give minutes: --record 60' });
  const [{ furthestBehind, pathOf, plan }, { record }, { summary }, { planned }, { readMachine }] = await Promise.all([
    import('./record/schedule.mjs'),
    import('./record/session.mjs'),
    import('./trace/file.mjs'),
    import('./certify/ours.mjs'),
    built('baselines/read-machine.js'),
  ]);
  const { fingerprint } = readMachine();
  const counts = new Map();
  const place = (task) => pathOf(values.traces, fingerprint, task);
  const recorded = (task) => {
    const path = place(task);
    if (!counts.has(path)) counts.set(path, existsSync(path) ? summary(path).next : 0);
    return counts.get(path);
  };
  const core = coreNamed();
  const tasks = plan
    .filter((task) => isNamed(values.work, task.work) && isNamed(values.class, task.class))
    // Beside another recording only what stays on its own core.
    .filter(({ pinned, hog }) => core === undefined || (pinned && !hog))
    .map((task) => ({ ...task, core }));
  if (tasks.length === 0)
    throw new BadInput({
      what: `no such work of such a class: ${values.work ?? 'all'}, ${values.class ?? 'all'}`,
      where: '--work, --class',
      fix: 'Such as --work same,slower-2 --class wasm',
    });
  const end = performance.now() + seconds * 1e3;
  const isOver = () => performance.now() > end;
  while (!isOver()) {
    const task = furthestBehind(tasks, recorded);
    await record(task, place(task), planned, (line) => process.stderr.write(`${line}\n`), isOver);
    counts.delete(place(task));
  }
}
