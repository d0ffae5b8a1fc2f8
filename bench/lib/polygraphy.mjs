/** Polygraphy in a virtual environment of its own, without PyTorch, kept in the user's cache. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Pinned: the ratio must not move because a peer did. */
const packages = ['polygraphy==0.53.6', 'onnxruntime==1.30.0', 'numpy==2.2.6'];
const versions = packages.slice(0, 2).join(', ').replaceAll('==', ' ');

/**
 * @param {boolean} install whether to make the environment when it is not there
 * @param {(line: string) => void} log
 */
export function findPolygraphy(install, log) {
  const folder = join(
    process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'),
    'onpar',
    `bench-${packages[0].replace('==', '-')}`,
  );
  const scripts = process.platform === 'win32' ? 'Scripts' : 'bin';
  const file = join(folder, scripts, 'polygraphy');
  if (!existsSync(join(folder, 'complete'))) {
    if (!install) return null;
    log(`installing ${packages.join(', ')} into ${folder}`);
    makeEnvironment(folder, join(folder, scripts, 'python'));
  }
  return { file, versions };
}

/** The mark comes last: an installation that broke off is made anew. (No renaming into place: its scripts name their interpreter.) */
function makeEnvironment(folder, python) {
  rmSync(folder, { recursive: true, force: true });
  const hasUv = spawnSync('uv', ['--version']).status === 0;
  run(hasUv ? 'uv' : 'python3', hasUv ? ['venv', '--quiet', folder] : ['-m', 'venv', folder]);
  if (hasUv) run('uv', ['pip', 'install', '--quiet', '--python', python, ...packages]);
  else run(python, ['-m', 'pip', 'install', '--quiet', ...packages]);
  // The first run compiles Python's bytecode; it must not fall into a measurement.
  run(python, ['-m', 'compileall', '-q', folder]);
  writeFileSync(join(folder, 'complete'), '');
}

// stdout carries the figures: installers report on stderr only.
const run = (file, args) => execFileSync(file, args, { stdio: ['ignore', 'ignore', 'inherit'] });
