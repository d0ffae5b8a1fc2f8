/** `onpar bless`: the suite under `vitest -u`, narrowed by words and kinds. The reporter writes; this only calls. */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { readOnly } from '../baselines/only.ts';
import { needRoot } from '../cases/project.ts';
import { suites } from '../metrics/metric.ts';
import { BadInput } from '../schema/bad-input.ts';

interface BlessOptions {
  readonly only?: string;
  readonly reason?: string;
}

export function bless(words: readonly string[], { only, reason }: BlessOptions): void {
  const kinds = readOnly(only);
  const root = needRoot(process.cwd());
  // Other tests of the project are not run.
  const files = [...(kinds === 'all' ? suites : kinds)].map((suite) => `specs/${suite}`);
  const pattern = words.map((word) => word.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.*');
  const args = [vitestOf(root), 'run', '--update=all', ...files, ...(pattern === '' ? [] : ['-t', pattern])];
  const env = {
    ...process.env,
    ...(kinds === 'all' && words.length === 0 && { ONPAR_BLESS_WHOLE: '1' }),
    ...(only !== undefined && { ONPAR_BLESS_ONLY: only }),
    ...(reason !== undefined && { ONPAR_BLESS_REASON: reason }),
  };
  const { status } = spawnSync(process.execPath, args, { cwd: root, env, stdio: 'inherit' });
  process.exitCode = status ?? 1;
}

function vitestOf(root: string): string {
  try {
    return join(dirname(createRequire(join(root, 'package.json')).resolve('vitest/package.json')), 'vitest.mjs');
  } catch (error) {
    throw new BadInput(
      { what: 'vitest is not installed, and bless runs the specs', where: root, fix: 'npm install --save-dev vitest' },
      { cause: error },
    );
  }
}
