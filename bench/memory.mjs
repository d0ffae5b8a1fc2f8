/** How big and how slow is the harness on this whole project? Peak memory of its own process, and wall time of `npm start`. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cli, needBuild, root, timeProcess } from './lib/onpar.mjs';
import { benchmark, seconds } from './lib/report.mjs';

needBuild();
await benchmark('Whole project: memory of the harness, time of npm start', 1, async (_, log) => {
  log('provisioning');
  const provisioning = timeProcess(process.execPath, [join(root, 'ci', 'provision.mjs'), '--optional'], { cwd: root });
  const { seconds: compared, peak } = await compareProject(log);
  log('npm start');
  const start = timeProcess('npm', ['start'], {
    cwd: root,
    status: [0, 1],
    shell: process.platform === 'win32',
  });
  return {
    rows: [
      {
        what: 'peak memory of onpar compare, without its workers',
        against: 'the limit',
        value: peak,
        target: 300e6,
        unit: 'B',
        detail: `the run took ${seconds(compared)}`,
      },
      {
        what: 'npm start, provisioned',
        against: 'the limit',
        value: start.seconds,
        target: 90,
        unit: 's',
        detail: `provisioning before it took ${seconds(provisioning.seconds)}`,
      },
    ],
  };
});

/** --import reaches this process only: workers are spawned without the parent's Node options. */
async function compareProject(log) {
  const folder = mkdtempSync(join(tmpdir(), 'onpar-bench-'));
  const file = join(folder, 'peak');
  const hook = new URL('lib/peak-memory.mjs', import.meta.url).href;
  log('onpar compare');
  try {
    const env = { ...process.env, ONPAR_BENCH_PEAK: file };
    const timed = timeProcess(process.execPath, ['--import', hook, cli, 'compare'], {
      cwd: root,
      env,
      status: [0, 1],
    });
    return { ...timed, peak: Number(readFileSync(file, 'utf8')) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
