/** What a Vitest run was asked for: everything, some files, or single cases. Decides what it is held to. */
import type { Vitest } from 'vitest/node';
import type { Scope } from '../run/verdicts.ts';

export function scopeOf(vitest: Vitest): Scope {
  // onpar bless without words names the files of all suites and means everything.
  if (process.env['ONPAR_BLESS_WHOLE'] === '1') return 'whole';
  // File filters of the command line; not in the public type.
  const { filenamePattern: files = [] } = vitest as { filenamePattern?: readonly string[] };
  if (picksCases(vitest, files)) return 'some';
  // Of the command line as well: in a configuration it is a standing decision.
  const { _cliOptions: { dir } = {} } = vitest as { _cliOptions?: { dir?: string } };
  return files.length > 0 || dir !== undefined || picksFiles(vitest.config) ? 'files' : 'whole';
}

const picksFiles = ({ changed, project, related, shard, typecheck, watch }: Vitest['config']): boolean =>
  Boolean(changed) || related !== undefined || shard !== undefined || project.length > 0 || typecheck.only || watch;

/** By name, by tag, or by line as in parity.spec.ts:8. */
const picksCases = (vitest: Vitest, files: readonly string[]): boolean =>
  vitest.getGlobalTestNamePattern() !== undefined ||
  vitest.config.tagsFilter !== undefined ||
  files.some((file) => /:\d+$/.test(file));
