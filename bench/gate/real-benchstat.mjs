/**
 * Is the port of benchstat's rule benchstat's rule? Runs its own binary on every window of the bank and compares verdict by verdict.
 * GOBIN=/somewhere go install golang.org/x/perf/cmd/benchstat@22c9c6c9d4da; node bench/gate/real-benchstat.mjs /somewhere/benchstat
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../lib/onpar.mjs';
import { readBank } from './certify/bank.mjs';
import { fixedWindows } from './certify/ours.mjs';
import { exactP } from './statistics/u-test.mjs';
import { processMeans } from './peers/samples.mjs';

const [binary, folder = join(root, 'bench', 'gate', 'traces')] = process.argv.slice(2);
if (binary === undefined) {
  process.stderr.write('node bench/gate/real-benchstat.mjs PATH_OF_BENCHSTAT [FOLDER_OF_TRACES]\n');
  process.exit(2);
}
const runs = (await readBank(folder)).flatMap(fixedWindows).map(({ pairs }) => processMeans(pairs));
const theirs = verdictsOf(runs);
const other = runs.filter(({ a, b }, index) => exactP(a, b) < 0.05 !== theirs[index]);
console.log(`${runs.length} windows, ${runs.length - other.length} with the same verdict`);
process.exitCode = runs.length > 0 && other.length === 0 ? 0 : 1;

/** Whether benchstat sees a difference; one benchmark a window. */
function verdictsOf(windows) {
  const scratch = mkdtempSync(join(tmpdir(), 'onpar-benchstat-'));
  try {
    const files = ['a', 'b'].map((arm) => {
      const path = join(scratch, `${arm}.txt`);
      const lines = windows.flatMap((window, index) =>
        window[arm].map((seconds) => `BenchmarkW${index} 1 ${seconds * 1e9} ns/op\n`),
      );
      writeFileSync(path, lines.join(''));
      return path;
    });
    const text = execFileSync(binary, ['-format', 'csv', ...files], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const rows = new Map(
      [...text.matchAll(/^W(\d+),.*,([^,]*),p=/gm)].map(([, index, change]) => [Number(index), change]),
    );
    return windows.map((_, index) => {
      if (!rows.has(index)) throw new Error(`benchstat says nothing of window ${index}`);
      return rows.get(index) !== '~';
    });
  } finally {
    rmSync(scratch, { recursive: true });
  }
}
