/**
 * The two sides of a diff. One thing differs between them: the version of the project, of one runtime package, the backend, or the
 * number of threads; files without a project are made into sides by cli/diff-files.ts.
 */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Backend } from '../backends/backend.ts';
import { prepareBase } from '../base/base.ts';
import type { Side } from '../base/base.ts';
import { resolveCommit } from '../base/git.ts';
import { installPackage, packageNamed } from '../base/runtime-package.ts';
import { packagesOf } from '../base/packages.ts';
import type { RuntimePackage } from '../base/runtime-package.ts';
import { readMachine } from '../baselines/read-machine.ts';
import { commitOfBless, readBaselines } from '../baselines/store.ts';
import { readProject } from '../cases/project.ts';
import { loadMetrics } from '../metrics/registry.ts';
import { threadsWord } from '../report/format.ts';
import { BadInput } from '../schema/bad-input.ts';
import { nearest } from '../schema/explain.ts';

export interface DiffSide extends Side {
  readonly threads: number;
  /** That every case runs on; null for its own. */
  readonly backend: Backend | null;
  /** The package whose release alone differs: what does not run on it has nothing to compare. */
  readonly runtime?: string;
}

export interface Sides {
  readonly base: DiffSide;
  readonly ours: DiffSide;
}

export interface SidesOptions {
  /** A ref, a folder, a package@version or a backend; undefined chooses. */
  readonly asked: string | undefined;
  /** The option that says so. */
  readonly where: string;
  readonly threads: number;
  /** Where the number of threads is what differs; the base is then the working tree, too. */
  readonly baseThreads: number | undefined;
  readonly env: NodeJS.ProcessEnv;
  /** Told what takes long. */
  readonly tell: (line: string) => void;
}

/** Throws BadInput where there is no base, or it cannot be used. */
export async function prepareSides(root: string, options: SidesOptions): Promise<Sides> {
  const { asked, where, threads, baseThreads, env, tell } = options;
  const project = await readProject(root, env);
  const ours: DiffSide = { label: 'the working tree', root, project, threads, backend: null };
  if (baseThreads !== undefined) return byThreads(ours, baseThreads);
  if (asked !== undefined) {
    const other = backendNamed(root, { asked, where }, project.backends);
    if (other !== null) return { base: { ...ours, label: other.id, backend: other }, ours };
    const runtime = packageNamed(root, asked, packagesKnownTo(project.backends), where);
    if (runtime !== null) return byPackage(ours, runtime, tell);
  }
  const blessed = commitOfBless(readBaselines(root, readMachine().fingerprint, await loadMetrics()));
  const base = await prepareBase(root, { env, asked, where, blessed, tell });
  if (base.found) return { base: { ...ours, ...base.side }, ours };
  throw new BadInput({
    what: `nothing to compare with: ${base.reason}`,
    where: root,
    fix: 'name a ref, a folder, a package version or a backend: onpar diff --base main',
  });
}

/** Installs it. Cards and artifacts are those of our side; the folder's packages are found first. Rejects with BadInput where it does not install. */
export async function byPackage(ours: DiffSide, runtime: RuntimePackage, tell: SidesOptions['tell']): Promise<Sides> {
  const { name, version } = runtime;
  const label = `${name}@${version}`;
  const backends = ours.project.backends.filter(({ packages }) => packages.includes(name));
  const brought = backends.find(({ bring }) => !bring.startsWith('npm install '));
  if (brought !== undefined)
    throw new BadInput({
      what: `its native part does not come with npm, but by '${brought.bring}' for the release that is installed`,
      where: label,
      fix: 'name a commit that had it, or its folder: --base <ref>',
    });
  const root = await installPackage(ours.root, runtime, { tell, along: releasedWith(ours.root, name, backends) });
  return { base: { ...ours, label, root, runtime: name, project: { ...ours.project, root } }, ours };
}

/** Packages that the same backends load and that have the same version here: one of TensorFlow.js's alone would meet another release of the other. */
function releasedWith(root: string, name: string, backends: readonly Backend[]): readonly string[] {
  const others = [...new Set(backends.flatMap(({ packages }) => packages))].filter((other) => other !== name);
  const here = (one: string): string | undefined => packagesOf(root, [one]).get(one);
  return others.filter((other) => here(other) === here(name));
}

/** Every package that a backend loads. */
export const packagesKnownTo = (backends: readonly Backend[]): readonly string[] => [
  ...new Set(backends.flatMap(({ packages }) => packages)),
];

export const byThreads = (side: DiffSide, baseThreads: number): Sides => ({
  base: { ...side, label: threadsWord(baseThreads), threads: baseThreads },
  ours: { ...side, label: threadsWord(side.threads) },
});

/** Null where a ref, a folder or a package is meant: what is there of that name goes first. */
function backendNamed(
  root: string,
  { asked, where }: { readonly asked: string; readonly where: string },
  backends: readonly Backend[],
): Backend | null {
  if (asked.includes('@') || resolveCommit(root, asked) !== null || existsSync(resolve(root, asked))) return null;
  const ids = backends.map(({ id }) => id);
  const near = nearest(asked, ids);
  if (near === undefined || near === asked) return backends.find(({ id }) => id === asked) ?? null;
  throw new BadInput({
    what: `'${asked}' is no commit of this repository, no folder and no backend`,
    where,
    fix: `did you mean ${near}? Backends: ${ids.join(', ')}`,
  });
}
