/**
 * node calibrate.mjs CLASS SHARE: how much work is that share of a call? In a process of its own, on the core that is recorded on.
 * The work is timed where it will be done: straight after a call, whose data then lie in the caches.
 */
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { quantile } from '../../lib/figures.mjs';
import { root } from '../../lib/onpar.mjs';
import { caseOf } from './classes.mjs';
import { work } from './extra-work.mjs';

const rounds = 200;

/**
 * The number of elements that takes `wanted` seconds, by the straight line through two timings.
 * @param {readonly { elements: number, seconds: number }[]} timed two of them @param {number} wanted
 */
export function elementsFor([few, many], wanted) {
  const each = (many.seconds - few.seconds) / (many.elements - few.elements);
  return Math.max(1, Math.round(few.elements + (wanted - few.seconds) / each));
}

/** @param {string} name @param {number} share */
async function calibrate(name, share) {
  const { backend, path, feeds } = await caseOf(name);
  const runtime = await backend.load({ threads: 1, require: createRequire(`${root}/package.json`) });
  const main = (await runtime.open(path)).bind(feeds);
  const calls = [];
  const timed = [500, 20_000].map((elements) => ({ elements, times: [] }));
  for (let round = 0; round < rounds; round += 1)
    for (const { elements, times } of timed) {
      calls.push(await timeOf(() => main.call()));
      times.push(await timeOf(() => work(elements)));
    }
  const wanted = share * low(calls);
  const points = timed.map(({ elements, times }) => ({ elements, seconds: low(times) }));
  return { elements: elementsFor(points, wanted) };
}

/** The lower end, as noise only adds; the first calls are compiled while they run. */
const low = (times) => quantile(times.slice(times.length / 4), 0.15);

async function timeOf(call) {
  const start = process.hrtime.bigint();
  await call();
  return Number(process.hrtime.bigint() - start) / 1e9;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  console.log(JSON.stringify(await calibrate(process.argv[2], Number(process.argv[3]))));
  // Runtimes keep threads.
  process.exit(0);
}
