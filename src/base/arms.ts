/** The two arms of a case: the same case of both versions, and what of all that it runs on differs between them. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Backend } from '../backends/backend.ts';
import type { Case } from '../cases/case.ts';
import { sameFiles } from '../models/artifact.ts';
import type { Artifact, Model } from '../models/card.ts';
import { openable } from '../models/recipe/cache.ts';
import type { Side } from './base.ts';
import { version } from '../version.ts';
import { hashOfScripts } from './imported.ts';
import { closureOf, contentsOf, isInstalledAt, onparOf, versionOf, versionsOf } from './packages.ts';

/** One version of a case: what a worker of it is started with. */
export interface Arm {
  readonly label: string;
  readonly root: string;
  /** Folder of this version's own backend files; null where the harness's own drive it. */
  readonly backends: string | null;
  readonly model: Model;
  readonly artifact: Artifact;
  /** To open. */
  readonly path: string;
}

export type BothArms =
  | { readonly found: true; readonly base: Arm; readonly ours: Arm; readonly differs: readonly string[] }
  /** Why there is nothing to pair with, as a sentence. `mendable`: the base has the case, and cannot run it as it stands. */
  | { readonly found: false; readonly reason: string; readonly mendable: boolean };

/** Throws BadInput where a file of either version is not the one of its card. */
export async function armsOf(base: Side, ours: Side, subject: Case, backend: Backend): Promise<BothArms> {
  const lacks = lackOf(base, ours, backend);
  if (lacks !== null) return { found: false, reason: lacks, mendable: true };
  const [theirs, own] = [await armOf(base, subject), await armOf(ours, subject)];
  if (own === null) throw new Error(`no artifact ${subject.model}/${subject.artifact}`);
  if (theirs === null)
    return { found: false, reason: `${base.label} has no ${subject.model}/${subject.artifact}`, mendable: false };
  const differs = [
    ...(sameFiles(theirs.artifact, own.artifact) ? [] : ['the artifact']),
    ...differences(base, ours, backend),
  ];
  return { found: true, base: theirs, ours: own, differs };
}

/** What would silently be ours in its place, so that nothing differs; null where the base has its own. */
function lackOf(base: Side, ours: Side, { packages }: Backend): string | null {
  const missing = packages.find(
    (name) => !isInstalledAt(base.root, name, base.installed) && isInstalledAt(ours.root, name),
  );
  if (missing !== undefined) return `${missing} is not installed at ${base.label}`;
  const unbuilt = onceOf(base, 'unbuilt', () => unbuiltOnpar(base.root));
  return unbuilt === null ? null : `onpar is not built at ${base.label}: no ${unbuilt}`;
}

/** What an arm is fed with, by name: two arms of which this differs cannot be fed alike. Axes without a size are taken as they come. */
export const inputsOf = ({ model: { card } }: Pick<Arm, 'model'>): string =>
  card.inputs
    .map(({ name, dtype, dims, preprocess }) => {
      const sizes = dims.map((size) => (typeof size === 'number' ? size : '?'));
      return `${name} ${preprocess === undefined ? dtype : 'raw'} [${sizes.join(', ')}]`;
    })
    .join(', ');

async function armOf(side: Side, { model: id, artifact: name }: Case): Promise<Arm | null> {
  const { label, root, project } = side;
  const model = project.models.find(({ card }) => card.id === id);
  const artifact = model?.card.artifacts[name];
  if (model === undefined || artifact === undefined) return null;
  const path = await openable(model, artifact);
  return { label, root, backends: backendsIn(side), model, artifact, path };
}

/** Compiled: workers run from dist. Null where this version has no onpar that speaks as this one does. */
export function backendsOf(root: string): string | null {
  const folder = compiledIn(root);
  return folder !== null && existsSync(folder) ? folder : null;
}

const unbuiltOnpar = (root: string): string | null => {
  const folder = compiledIn(root);
  return folder !== null && !existsSync(folder) ? folder : null;
};

/** Where the backends of an onpar of this very version are once it is built. */
function compiledIn(root: string): string | null {
  const onpar = onparOf(root);
  return onpar === null || versionOf(onpar) !== version() ? null : join(onpar, 'dist', 'backends');
}

/** Everything that a call's duration depends on and a commit can change. Node and the machine are the same for both. */
function differences(base: Side, ours: Side, { packages }: Backend): readonly string[] {
  const installed = (side: Side): Installed =>
    onceOf(side, `packages ${packages.join(' ')}`, () => {
      const closure = closureOf(side.root, packages);
      return { versions: versionsOf(closure), contents: contentsOf(closure) };
    });
  const [before, after] = [base, ours].map((side) =>
    onceOf(side, 'files', () => {
      const folder = backendsIn(side);
      return folder === null ? null : hashOfScripts(folder);
    }),
  );
  return [
    ...packageChanges(installed(base), installed(ours)),
    ...onparChanges(base.root, ours.root),
    ...(before === null || after === null || before === after ? [] : ["onpar's backend files"]),
  ];
}

/** A side does not change while it is looked at: what holds for all its cases is found once. */
function onceOf<T>(side: Side, name: string, find: () => T): T {
  const known = facts.get(side) ?? new Map<string, unknown>();
  facts.set(side, known);
  if (!known.has(name)) known.set(name, find());
  return known.get(name) as T;
}

const backendsIn = (side: Side): string | null => onceOf(side, 'backends', () => backendsOf(side.root));

const facts = new WeakMap<Side, Map<string, unknown>>();

/** Backend files of another version of onpar may speak otherwise: ours then drive both, and that it differs is said. */
function onparChanges(before: string, after: string): readonly string[] {
  const [was, is] = [onparOf(before), onparOf(after)].map((folder) => (folder === null ? null : versionOf(folder)));
  return was === null || is === null || was === is
    ? []
    : [`onpar ${was} -> ${is} (its backend files are not compared)`];
}

interface Installed {
  readonly versions: ReadonlyMap<string, string>;
  readonly contents: ReadonlyMap<string, string>;
}

function packageChanges(before: Installed, after: Installed): readonly string[] {
  const names = [...new Set([...before.versions.keys(), ...after.versions.keys()])];
  return names.flatMap((name) => {
    const [was = 'missing', is = 'missing'] = [before, after].map(({ versions }) => versions.get(name));
    if (was !== is) return [`${name} ${was} -> ${is}`];
    const [old, content] = [before, after].map(({ contents }) => contents.get(name));
    return old === undefined || content === undefined || old === content ? [] : [`the content of ${name} ${is}`];
  });
}
