/** Records pairs into a trace with the product's own processes. A second recording goes on where the first one ended, under equal conditions only. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { built, root } from '../../lib/onpar.mjs';
import { append, fold, pairLine, summary } from '../trace/file.mjs';
import { armsOf, calibrated, coreFor } from './arms.mjs';
import { workOf } from './classes.mjs';
import { startHog } from './hog.mjs';

/**
 * @param {{ class: string, work: string, pinned: boolean, hog: boolean, core?: number }} task core: another than the product would take
 * @param {string} path of the trace
 * @param {number} pairs how many more
 * @param {(line: string) => void} log
 * @param {() => boolean} enough asked before each pair but the first: a trace without any is none
 */
export async function record(task, path, pairs, log, enough = () => false) {
  fold(path);
  const before = summary(path);
  const core = await coreFor(task.pinned, task.core);
  const extra = before === null ? calibrated(task.class, workOf(task.work), core) : before.header.extra;
  const { title, arms, clear } = await armsOf(task.class, extra, core);
  const { Workers } = await built('broker/workers.js');
  const workers = new Workers();
  const endHog = task.hog ? startHog(core) : () => {};
  try {
    const shape = await shapeFor({ before, path, task, workers, arm: arms.base });
    const header = await headerOf({ task, title, extra, shape });
    await begin(path, before, header);
    const subject = { node: process.version, runtime: await versionOf(workers, arms.base), onpar: onparVersion() };
    const from = before?.next ?? 0;
    for (let pair = from; pair < from + pairs && (pair === from || !enough()); pair += 1)
      await takeOne({ workers, arms, header, pair, path, log, ...(pair === from && { subject }) });
  } finally {
    endHog();
    await workers.close();
    clear();
    fold(path);
  }
}

async function begin(path, before, header) {
  if (before === null) append(path, JSON.stringify(header));
  else await mustAgree(before.header, header, path);
}

/** `subject`: what was measured with, written with the first pair of every recording. */
async function takeOne({ workers, arms, header, pair, path, log, subject }) {
  const [{ ProcessPair }, { randomFrom }] = await Promise.all(['broker/pairs.js', 'stats/random.js'].map(built));
  const start = performance.now();
  // By the number of the pair, so that a recording in two parts is drawn as one in a single part.
  const processes = new ProcessPair(workers, arms, randomFrom(header.seed + pair));
  const taken = await processes.take(arms, header.shape, pair);
  await processes.close();
  const wall = Number(((performance.now() - start) / 1e3).toPrecision(3));
  append(path, pairLine(taken, { wall, at: Math.round(Date.now() / 1e3), subject }));
  log(`${header.class} ${header.work}  pair ${pair}  ${wall} s`);
}

/** Everything that must be equal for two recordings to be one. */
async function headerOf({ task, title, extra, shape }) {
  const { readMachine } = await built('baselines/read-machine.js');
  return {
    fingerprint: readMachine().fingerprint,
    case: title,
    seed: 1,
    class: task.class,
    work: task.work,
    pinned: task.pinned,
    hog: task.hog,
    extra,
    shape,
  };
}

/** That of this trace, else of its class in this folder: what differs between traces is then the work alone. Else as the product would choose it. */
async function shapeFor({ before, path, task, workers, arm }) {
  const known = before?.header.shape ?? shapeBeside(dirname(path), task.class);
  if (known !== undefined) return known;
  const [{ ProcessPair }, { randomFrom }] = await Promise.all(['broker/pairs.js', 'stats/random.js'].map(built));
  const arms = { base: arm, ours: arm };
  const processes = new ProcessPair(workers, arms, randomFrom(1));
  const shape = await processes.shape(arms);
  await processes.close();
  return shape;
}

/** A variant is how the product was; whole suites have a shape for each case. @param {string} folder @param {string} name of the class */
export const shapeBeside = (folder, name) =>
  (existsSync(folder) ? readdirSync(folder) : [])
    .filter((file) => file.startsWith(`${name}.`) && file.endsWith('.jsonl.gz'))
    .map((file) => summary(join(folder, file)).header)
    .find(({ variant, suite }) => variant === undefined && suite === undefined)?.shape;

async function mustAgree(before, now, where) {
  const other = Object.keys(now).find((key) => JSON.stringify(before[key]) !== JSON.stringify(now[key]));
  if (other === undefined) return;
  const { BadInput } = await built('schema/bad-input.js');
  const [was, is] = [before, now].map((header) => JSON.stringify(header[other]));
  throw new BadInput({
    what: `was recorded with ${other} ${was}, now it is ${is}`,
    where,
    fix: 'Record into another file.',
  });
}

async function versionOf(workers, { backend, options }) {
  const worker = workers.start(backend, options);
  try {
    return (await worker.hello()).version;
  } finally {
    await worker.close();
  }
}

const onparVersion = () => JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version;
