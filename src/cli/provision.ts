/** `onpar provision`: hands over to the script that sets up what npm alone cannot. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export function provision(ids: readonly string[]): void {
  const script = fileURLToPath(new URL('../../ci/provision.mjs', import.meta.url));
  const { status } = spawnSync(process.execPath, [script, ...ids], { stdio: 'inherit' });
  process.exitCode = status ?? 1;
}
