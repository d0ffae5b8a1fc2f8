/** Whole suites of unchanged code, judged in pairs against an equal version, or, unchanged, as they are: how long they take, and whether any was red. See bench/README.md. */
import { appendFileSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { built, needBuild, root, timeProcess } from '../lib/onpar.mjs';
import { addLine } from './certify/lines.mjs';
import { lineOf } from './certify/suites.mjs';
import { keepTraces } from './record/suite-traces.mjs';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '1' },
    // Nothing differs from the base: what is left to judge are the values that were committed, above all those of this machine.
    unchanged: { type: 'boolean', default: false },
    out: { type: 'string', default: join(root, 'bench', 'gate', 'suites') },
    traces: { type: 'string', default: join(root, 'bench', 'gate', 'traces') },
  },
});
const runs = Number(values.runs);
if (!(Number.isInteger(runs) && runs > 0)) {
  process.stderr.write('node bench/gate/suite.mjs [--runs N] [--unchanged] [--out FOLDER] [--traces FOLDER]\n');
  process.exit(2);
}
needBuild();
const pinned = (await built('workers/launch.js')).pinnableCore() !== null;
const left = join(root, '.onpar', 'traces');
const how = values.unchanged
  ? { base: otherFolder(''), what: ['latency', 'memory', 'parity', 'size'].map((metric) => `specs/${metric}.spec.ts`) }
  : { base: otherFolder('\n// An equal version.\n'), what: ['specs/latency.spec.ts'] };
for (let run = 0; run < runs; run += 1) {
  const report = judge(how);
  const line = lineOf(report);
  addLine(values.out, report.machine.fingerprint, line);
  // Those of earlier commands are none of this run's: judge() removed them.
  if (existsSync(left)) await keepTraces(left, values.traces, pinned, Math.round(Date.parse(line.at) / 1e3));
  const { seconds, judged, red } = line;
  process.stderr.write(
    `run ${run + 1} of ${runs}: ${judged} cases in pairs, in ${seconds.toFixed(0)} s, ${red.length === 0 ? 'none red' : `red: ${red.join(', ')}`}\n`,
  );
}

/** This very version beside it. Where something is added to its backend files, every gated case is measured, and none is slower. */
function otherFolder(added) {
  const folder = join(root, '.onpar', 'equal');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const name of ['package.json', 'dist']) cpSync(join(root, name), join(folder, name), { recursive: true });
  symlinkSync(join(root, 'fixtures'), join(folder, 'fixtures'));
  const backends = join(folder, 'dist', 'backends');
  for (const name of readdirSync(backends, { recursive: true }))
    if (name.endsWith('.js')) appendFileSync(join(backends, name), added);
  return folder;
}

/** By the product itself. A run that ends without a report must not be counted as the one before. */
function judge({ base, what }) {
  const report = join(root, '.onpar', 'report.json');
  rmSync(report, { force: true });
  rmSync(left, { recursive: true, force: true });
  const env = { ...process.env, ONPAR_BASE: base, CI: '' };
  const args = [join(root, 'node_modules', 'vitest', 'vitest.mjs'), 'run', ...what];
  timeProcess(process.execPath, args, { cwd: root, env, status: [0, 1] });
  return JSON.parse(readFileSync(report, 'utf8'));
}
