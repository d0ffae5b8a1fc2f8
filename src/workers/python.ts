/** Which Python hosts the workers of runtimes that live there: that of ONPAR_PYTHON, else the one that `onpar provision` made. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { cacheFolder } from '../cache.ts';

/** The same folder as in ci/provision/torch.mjs. */
const provisioned = (env: NodeJS.ProcessEnv): string => join(cacheFolder(env, 'torch'), ...place);

const place = process.platform === 'win32' ? ['Scripts', 'python.exe'] : ['bin', 'python'];

/** A command or a path; whether it is there is not asked. */
export const pythonOf = (env: NodeJS.ProcessEnv): string => env['ONPAR_PYTHON'] || provisioned(env);

/** Why no worker can run in it; null where one can. */
export function pythonFault(env: NodeJS.ProcessEnv): string | null {
  const python = pythonOf(env);
  const { status } = spawnSync(python, ['-c', 'import sys; sys.exit(sys.version_info < (3, 9))']);
  if (status === 0) return null;
  if (!env['ONPAR_PYTHON']) return 'no Python was provisioned, and ONPAR_PYTHON names none';
  return status === 1
    ? `ONPAR_PYTHON is ${python}, which is older than Python 3.9`
    : `ONPAR_PYTHON is ${python}, which does not run`;
}
