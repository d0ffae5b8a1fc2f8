/** Where onpar keeps what can be made again: ci/provision/tools.mjs uses the same folder. All of it may be removed at any time. */
import { homedir } from 'node:os';
import { join } from 'node:path';

export const cacheFolder = ({ XDG_CACHE_HOME }: NodeJS.ProcessEnv, name: string): string =>
  join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'onpar', name);
