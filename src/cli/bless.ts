/** `onpar bless`: the suite under `vitest -u`, narrowed by words and kinds. The reporter writes; this only calls. */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { readOnly, type OnlyKinds } from '../baselines/only.ts';
import { caseId } from '../cases/case.ts';
import { planCases } from '../cases/plan.ts';
import { needRoot, readProject } from '../cases/project.ts';
import { suites } from '../metrics/metric.ts';
import { loadMetrics } from '../metrics/registry.ts';
import { BadInput } from '../schema/bad-input.ts';

interface BlessOptions {
  readonly only?: string;
  readonly reason?: string;
}

export async function bless(words: readonly string[], { only, reason }: BlessOptions): Promise<void> {
  const kinds = readOnly(only);
  const root = needRoot(process.cwd());
  const ids = words.length === 0 ? new Set<string>() : await caseIdsOf(root, kinds);
  // Other tests of the project are not run.
  const files = [...(kinds === 'all' ? suites : kinds)].map((suite) => `specs/${suite}`);
  const pattern = words.map((word) => patternOf(word, ids)).join('.*');
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

/** Of the kinds that were named: a whole id among all kinds, m/int8 of the size, is a part of others. */
async function caseIdsOf(root: string, kinds: OnlyKinds): Promise<ReadonlySet<string>> {
  if (kinds === 'all') return new Set();
  const [project, metrics] = [await readProject(root, process.env), await loadMetrics()];
  const named = [...metrics.values()].filter(({ suite }) => kinds.has(suite));
  const depths = ['commit', 'full'] as const;
  return new Set(named.flatMap((metric) => depths.flatMap((depth) => planCases(project, metric, depth).map(caseId))));
}

/** For the names of tests. What a report gives to paste is one case; cnn/int8 must not accept fashion-cnn/int8 and cnn/int8-static as well. */
export function patternOf(word: string, ids: ReadonlySet<string>): string {
  const escaped = word.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return ids.has(word) ? `(?<![\\w/@.-])${escaped}(?![\\w/@.-])` : escaped;
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
