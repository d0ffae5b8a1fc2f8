/** Where onpar keeps what can be made again: ci/provision/tools.mjs uses the same folder. All of it may be removed at any time. */
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

export const cacheFolder = ({ XDG_CACHE_HOME }: NodeJS.ProcessEnv, name: string): string =>
  join(XDG_CACHE_HOME || join(home(), '.cache'), 'onpar', name);

/** A container's user may have none, and no entry in passwd either. */
function home(): string {
  try {
    return homedir();
  } catch {
    return tmpdir();
  }
}
