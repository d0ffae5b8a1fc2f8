/** The two sides of a diff: the working tree, and what it is compared with: a version of the project, or of one runtime package. */
import { prepareBase } from '../base/base.ts';
import type { Side } from '../base/base.ts';
import { installPackage, packageNamed } from '../base/runtime-package.ts';
import { readMachine } from '../baselines/read-machine.ts';
import { commitOfBless, readBaselines } from '../baselines/store.ts';
import { readProject } from '../cases/project.ts';
import { loadMetrics } from '../metrics/registry.ts';
import { BadInput } from '../schema/bad-input.ts';

export interface Sides {
  readonly base: Side;
  readonly ours: Side;
}

export interface SidesOptions {
  /** A ref, a folder or a package@version; undefined chooses. */
  readonly asked: string | undefined;
  readonly env: NodeJS.ProcessEnv;
  /** Told what takes long. */
  readonly tell: (line: string) => void;
}

/** Throws BadInput where there is no base, or it cannot be used. */
export async function prepareSides(root: string, { asked, env, tell }: SidesOptions): Promise<Sides> {
  const project = await readProject(root, env);
  const ours: Side = { label: 'the working tree', root, project };
  const known = [...new Set(project.backends.flatMap(({ packages }) => packages))];
  const runtime = asked === undefined ? null : packageNamed(root, asked, known);
  if (runtime !== null) {
    const folder = await installPackage(root, runtime, tell);
    // Cards and artifacts are the working tree's; the folder's packages are found first.
    return {
      base: { label: `${runtime.name}@${runtime.version}`, root: folder, project: { ...project, root: folder } },
      ours,
    };
  }
  const blessed = commitOfBless(readBaselines(root, readMachine().fingerprint, await loadMetrics()));
  const base = await prepareBase(root, { env, asked, blessed, tell });
  if (base.found) return { base: base.side, ours };
  throw new BadInput({
    what: `nothing to compare with: ${base.reason}`,
    where: root,
    fix: 'name a ref, a folder or a package version: onpar diff --base main',
  });
}
