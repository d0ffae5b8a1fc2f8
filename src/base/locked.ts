/**
 * One process at a time, by a file that its holder keeps touching. A holder that was killed stops touching it: nothing depends on
 * process ids, which are others in every container and are given again.
 */
import { rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';

/** Seconds. */
const touching = 1;
const forgotten = 15;

/** Waits its turn; `tell` hears that it does. */
export async function locked(path: string, tell: (line: string) => void, body: () => Promise<void>): Promise<void> {
  for (let told = false; !take(path); told = true) {
    if (!told) tell(`another run is making its base: waiting for ${path} …`);
    await setTimeout(200);
  }
  const heart = setInterval(() => touch(path), touching * 1e3);
  try {
    await body();
  } finally {
    clearInterval(heart);
    rmSync(path, { force: true });
  }
}

function take(path: string): boolean {
  const age = ageOf(path);
  if (age !== null && age > forgotten) rmSync(path, { force: true });
  try {
    writeFileSync(path, `${process.pid}\n`, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as { code?: string }).code === 'EEXIST') return false;
    throw error;
  }
}

/** Seconds since it was touched; null where nobody holds it. */
function ageOf(path: string): number | null {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats === undefined ? null : (Date.now() - stats.mtimeMs) / 1e3;
}

/** Somebody may have taken it for forgotten while the machine slept. */
function touch(path: string): void {
  if (ageOf(path) !== null) utimesSync(path, new Date(), new Date());
}
