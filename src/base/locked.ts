/**
 * One process at a time, by a file that its holder keeps touching. A holder that was killed stops touching it: nothing depends on
 * process ids, which are others in every container and are given again.
 */
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';

/** Seconds. */
const touching = 1;
const forgotten = 15;
const asking = 0.2;

/** Waits its turn; `tell` hears that it does. */
export async function locked(path: string, tell: (line: string) => void, body: () => Promise<void>): Promise<void> {
  const me = randomUUID();
  for (let told = false; !(await take(path, me)); told = true) {
    if (!told) tell(`another run is making its base: waiting for ${path} …`);
    await setTimeout(asking * 1e3);
  }
  // Somebody may have taken it for forgotten while the machine slept.
  const heart = setInterval(() => isHeldBy(path, me) && utimesSync(path, new Date(), new Date()), touching * 1e3);
  try {
    await body();
  } finally {
    clearInterval(heart);
    if (isHeldBy(path, me)) rmSync(path, { force: true });
  }
}

/** Of two that find it forgotten in the same moment one removes what the other wrote: it is theirs whose name still stands a moment later. */
async function take(path: string, me: string): Promise<boolean> {
  const age = ageOf(path);
  if (age !== null && age > forgotten) rmSync(path, { force: true });
  try {
    writeFileSync(path, me, { flag: 'wx' });
  } catch (error) {
    if ((error as { code?: string }).code === 'EEXIST') return false;
    throw error;
  }
  await setTimeout(asking * 1e3);
  return isHeldBy(path, me);
}

const isHeldBy = (path: string, me: string): boolean => existsSync(path) && readFileSync(path, 'utf8') === me;

/** Seconds since it was touched; null where nobody holds it. */
function ageOf(path: string): number | null {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats === undefined ? null : (Date.now() - stats.mtimeMs) / 1e3;
}
