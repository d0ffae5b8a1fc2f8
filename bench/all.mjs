/** Runs every benchmark beside this file, one after the other, and prints one table. A missed target does not fail; a benchmark that could not run does: exit code 1. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { machine, machineLine, render } from './lib/report.mjs';

const { values } = parseArgs({
  options: { json: { type: 'boolean' }, pairs: { type: 'string' }, 'with-polygraphy': { type: 'boolean' } },
});
const folder = dirname(fileURLToPath(import.meta.url));
// The longest comes last, so that what it heats up disturbs nobody.
const last = 'memory.mjs';
/** The published experiments have tables of their own, and take minutes. */
const others = ['all.mjs', 'experiments.mjs', last];
const names = readdirSync(folder).filter((name) => name.endsWith('.mjs') && !others.includes(name));
const results = [...names.toSorted(), last].map(runOne);

const failures = results.filter(({ failure }) => failure !== undefined).length;
if (failures > 0) process.exitCode = 1;
if (values.json) console.log(JSON.stringify({ machine: machine(), benchmarks: results }));
else {
  console.log(machineLine());
  for (const { name, title, rows = [], missing = [], failure, text } of results) {
    console.log(`\n${title ?? name}`);
    if (failure !== undefined) console.log(`failed  ${failure}`);
    else console.log(text ?? render(rows, missing));
  }
  const counted = results.flatMap(({ rows = [] }) => rows.map(({ verdict }) => verdict));
  const count = (verdict) => counted.filter((each) => each === verdict).length;
  console.log(
    `\n${count('met')} met, ${count('missed')} missed, ${results.flatMap(({ missing = [] }) => missing).length} absent, ${failures} failed`,
  );
}

function runOne(name) {
  process.stderr.write(`${name}\n`);
  const extra = [
    ...(name === 'cold-compare.mjs' && values['with-polygraphy'] ? ['--with-polygraphy'] : []),
    ...(values.pairs === undefined ? [] : ['--pairs', values.pairs]),
  ];
  const { status, stdout, error } = spawnSync(process.execPath, [join(folder, name), '--json', ...extra], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) return { name, failure: `ended with ${status ?? error?.message}` };
  try {
    const { title, rows, missing } = JSON.parse(stdout);
    return { name, title, rows, missing };
  } catch {
    // A benchmark that prints in its own way is shown as it is.
    return { name, text: stdout.trim() };
  }
}
