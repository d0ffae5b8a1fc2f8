/**
 * Whether both arms of a pair could share one process where they run on the same runtime: equal versions, taken as onpar takes them and in a process that
 * holds two sessions, in turn. The fewer seconds to the same certainty, the better: wall seconds of a pair times its variance.
 */
import { fork } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { built, needBuild, root } from '../lib/onpar.mjs';
import { quantile } from '../lib/figures.mjs';
import { armsOf, coreFor } from './record/arms.mjs';
import { caseOf, classes } from './record/classes.mjs';

if (process.send !== undefined)
  process.once('message', (asked) => takeHere(asked).then((taken) => process.send(taken)));
else await compare();

async function compare() {
  const { values } = parseArgs({
    options: { pairs: { type: 'string', default: '40' }, class: { type: 'string' }, core: { type: 'string' } },
  });
  needBuild();
  const core = await coreFor(true, values.core === undefined ? undefined : Number(values.core));
  for (const name of values.class?.split(',') ?? Object.keys(classes)) {
    const rows = await rowsOf(name, core, Number(values.pairs));
    console.log(name);
    for (const { way, seconds, apart } of rows)
      console.log(
        `  ${way}  SD of a pair ${(100 * apart).toFixed(2)} %, ${seconds.toFixed(2)} s a pair, ${(1e4 * seconds * apart ** 2).toFixed(2)} s for 1 %`,
      );
  }
}

async function rowsOf(name, core, pairs) {
  const [{ Workers }, { ProcessPair }, { randomFrom }, { pairLogRatio }, { nearMinimum }] = await Promise.all(
    ['broker/workers.js', 'broker/pairs.js', 'stats/random.js', 'stats/pair-ratio.js', 'stats/visit.js'].map(built),
  );
  const { arms, clear } = await armsOf(name, null, core);
  const workers = new Workers();
  const inPair = async (use) => {
    const processes = new ProcessPair(workers, arms, randomFrom(Date.now()));
    try {
      return await use(processes);
    } finally {
      await processes.close();
    }
  };
  const shape = await inPair((processes) => processes.shape(arms));
  const ways = {
    'two processes': () => inPair(async (processes) => ({ pair: await processes.take(arms, shape, 0) })),
    'one process  ': () => inChild({ name, core, shape }),
  };
  const taken = Object.keys(ways).map((way) => ({ way, ratios: [], seconds: [] }));
  try {
    for (let round = 0; round < pairs; round += 1)
      for (const one of round % 2 === 0 ? taken : taken.toReversed()) {
        const start = performance.now();
        const { pair, untimed = 0 } = await ways[one.way]();
        one.seconds.push((performance.now() - start) / 1e3 - untimed);
        one.ratios.push(pairLogRatio(pair, nearMinimum));
        process.stderr.write(`${name} ${one.way} ${round}\n`);
      }
  } finally {
    await workers.close();
    clear();
  }
  // From the quartiles: a few wild pairs would rule the sum of squares, and do not rule the test.
  return taken.map(({ way, ratios, seconds }) => ({
    way,
    seconds: quantile(seconds, 0.5),
    apart: (quantile(ratios, 0.75) - quantile(ratios, 0.25)) / 1.349,
  }));
}

function inChild(asked) {
  const pin = asked.core === null ? [] : ['taskset', '--cpu-list', `${asked.core}`];
  const [execPath = process.execPath, ...execArgv] = pin.length > 0 ? [...pin, process.execPath] : [];
  const child = fork(fileURLToPath(import.meta.url), { execPath, execArgv });
  return new Promise((resolve, reject) => {
    let taken;
    child.once('message', (message) => ((taken = message), child.disconnect()));
    child.once('exit', (code) =>
      taken === undefined ? reject(new Error(`the process with both arms ended with ${code}`)) : resolve(taken),
    );
    child.send(asked);
  });
}

/** As ProcessPair.take, with two sessions here. `untimed`: seconds for what onpar's harness reads once for all pairs. */
async function takeHere({ name, shape: { calls, blocks, warmup, reopen } }) {
  const start = performance.now();
  const { backend, path, feeds } = await caseOf(name);
  const untimed = (performance.now() - start) / 1e3;
  const { sampleCalls } = await built('workers/sampler.js');
  const runtime = await backend.load({ threads: 1, require: createRequire(`${root}/package.json`) });
  const arms = {};
  const sample = (arm, first, counted) => sampleCalls(() => arms[arm].binding.call(), first, counted);
  const open = async () => {
    for (const arm of Math.random() < 0.5 ? ['A', 'B'] : ['B', 'A']) {
      arms[arm]?.binding.release();
      await arms[arm]?.session.close();
      ballast.splice(0, Infinity, ...Array.from({ length: Math.random() * 61 }, blockOfBallast));
      const session = await runtime.open(path);
      arms[arm] = { session, binding: session.bind(feeds) };
      await sample(arm, 4, 1);
    }
  };
  await open();
  for (const arm of ['A', 'B']) await sample(arm, warmup, 1);
  const taken = [];
  for (let block = 0; block < blocks; block += 1) {
    if (reopen) await open();
    const order = Math.random() < 0.5 ? 'ABBA' : 'BAAB';
    const visits = [];
    for (const arm of order) visits.push((await sample(arm, 1, calls)).samples);
    taken.push({ order, visits, reference: [] });
  }
  return { pair: { pair: 0, blocks: taken }, untimed };
}

/** Moves what is allocated after it, as a worker does. */
const ballast = [];
const blockOfBallast = () => Buffer.allocUnsafeSlow(1024 + Math.floor(Math.random() * 65_521));
