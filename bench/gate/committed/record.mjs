/** Records sessions: five fresh processes of each case, visited as the product visits them for a committed latency, with fixed work timed beside. */
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { built, root } from '../../lib/onpar.mjs';
import { coreFor } from '../record/arms.mjs';
import { float32Case } from '../record/classes.mjs';

const [processes, visits, visitSeconds] = [5, 5, 0.03];

/**
 * @param {string} path of the recording, one line a session; an old one goes on
 * @param {{ minutes: number, pause: number, cases: readonly string[] }} options `pause`: seconds between rounds over the cases;
 *   `cases`: `fashion-cnn/ort-node/cpu/1`, the last part being the batch size
 */
export async function recordSessions(path, { minutes, pause, cases }, log) {
  mkdirSync(dirname(path), { recursive: true });
  const end = Date.now() + minutes * 60e3;
  const core = await coreFor(true);
  const known = existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n').length : 0;
  for (let taken = known; Date.now() < end; await setTimeout(pause * 1e3))
    for (const name of cases) {
      const session = await takeSession(name, core);
      appendFileSync(path, `${JSON.stringify({ at: Math.round(Date.now() / 1e3), load: loadavg()[0], ...session })}\n`);
      log(`${(taken += 1)}  ${session.case}`);
    }
}

async function takeSession(name, core) {
  const [{ Worker }, { title, backend, path, feeds }] = [
    await built('workers/worker.js'),
    await float32Case(named(name)),
  ];
  const folder = mkdtempSync(join(tmpdir(), 'onpar-beside-'));
  const notes = join(folder, 'notes');
  writeBackend(folder, backend, notes);
  const taken = [];
  try {
    for (let index = 0; index < processes; index += 1) {
      const worker = new Worker(backend, { root, threads: 1, core, deadline: 120, backends: folder });
      writeFileSync(notes, '');
      try {
        await worker.open(path);
        await worker.run(feeds);
        taken.push({ minima: await minimaOf(worker, feeds), beside: besideOf(notes) });
      } finally {
        await worker.close();
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  return { case: title, processes: taken };
}

function named(name) {
  const [model, ...rest] = name.split('/');
  return { model, backend: rest.slice(0, -1).join('/'), batch: Number(rest.at(-1)) };
}

/** As src/broker/latency.ts: a pilot, then visits of equally many calls. */
async function minimaOf(worker, feeds) {
  const pilot = await worker.sample(feeds, 1, 1);
  const calls = Math.min(200, Math.max(3, Math.floor(visitSeconds / pilot.samples[0])));
  const minima = [];
  for (let visit = 0; visit < visits; visit += 1)
    minima.push(Number((await worker.sample(feeds, 1, calls)).samples[0].toPrecision(5)));
  return minima;
}

/** Of the visits alone, not of the first inference and the pilot. */
const besideOf = (notes) =>
  readFileSync(notes, 'utf8')
    .trim()
    .split('\n')
    .slice(-visits)
    .map((line) => JSON.parse(line).map((seconds) => Number(seconds.toPrecision(5))));

function writeBackend(folder, { id }, notes) {
  const file = `${id.replaceAll('/', '-')}.js`;
  const original = new URL(`../../../dist/backends/${file}`, import.meta.url).href;
  writeFileSync(
    join(folder, file),
    `import { backend as original } from ${JSON.stringify(original)};
import { withReference } from ${JSON.stringify(new URL('beside.mjs', import.meta.url).href)};
export const backend = withReference(original, ${JSON.stringify(notes)});
`,
  );
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
}
