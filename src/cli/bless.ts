/** `onpar bless`: the suite under `vitest -u`, narrowed by words and kinds. The reporter writes; this only calls. */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { findRoot } from '../cases/project.ts';
import { readOnly } from '../run/bless.ts';
import { BadInput } from '../schema/bad-input.ts';

interface BlessOptions {
  readonly only?: string;
  readonly reason?: string;
}

/** Specs of a suite by the words of --only. */
const filters: Readonly<Record<string, string>> = {
  parity: 'specs/parity',
  accuracy: 'specs/accuracy',
  size: 'specs/size',
  latency: 'specs/latency',
  memory: 'specs/memory',
};

export function bless(words: readonly string[], { only, reason }: BlessOptions): void {
  const kinds = readOnly(only);
  const root = findRoot(process.cwd());
  if (root === null)
    throw new BadInput({
      what: 'no fixtures/models here or above: this is no onpar project',
      where: process.cwd(),
      fix: 'run bless in the project whose baselines it should write',
    });
  const vitest = join(dirname(createRequire(join(root, 'package.json')).resolve('vitest/package.json')), 'vitest.mjs');
  const files = kinds === 'all' ? Object.values(filters) : [...kinds].map((kind) => filters[kind] ?? kind);
  const pattern = words.map((word) => word.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.*');
  const args = [vitest, 'run', '--update=all', ...files, ...(pattern === '' ? [] : ['-t', pattern])];
  const env = {
    ...process.env,
    ...(kinds === 'all' && words.length === 0 && { ONPAR_BLESS_WHOLE: '1' }),
    ...(only !== undefined && { ONPAR_BLESS_ONLY: only }),
    ...(reason !== undefined && { ONPAR_BLESS_REASON: reason }),
  };
  const { status } = spawnSync(process.execPath, args, { cwd: root, env, stdio: 'inherit' });
  process.exitCode = status ?? 1;
}
