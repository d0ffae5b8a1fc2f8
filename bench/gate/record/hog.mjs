/** Keeps another core and the memory bus busy while pairs are recorded: a neighbour, as shared machines have. Ends when its parent does. */
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** @param {number | null} core the one that is measured on, which the hog leaves alone. @returns {() => void} ends it */
export function startHog(core) {
  const others = Array.from({ length: availableParallelism() }, (_, index) => index).filter((index) => index !== core);
  if (others.length === 0) throw new Error('a hog needs a core of its own');
  const pin = core === null ? [] : ['taskset', '--cpu-list', others.join(',')];
  const [file, ...args] = [...pin, process.execPath, fileURLToPath(import.meta.url), `${process.pid}`];
  const child = spawn(file, args, { stdio: 'ignore' });
  child.on('error', (error) => {
    throw error;
  });
  return () => child.kill('SIGKILL');
}

/** Larger than the caches of most cores. */
const bytes = 64 * 2 ** 20;

function burn(parent) {
  const [from, to] = [new Float64Array(bytes / 8).fill(1), new Float64Array(bytes / 8)];
  // An orphan has another parent.
  while (process.ppid === parent) to.set(from);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) burn(Number(process.argv[2]));
