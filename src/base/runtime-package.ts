/**
 * Another version of one runtime package as the base: `onnxruntime-node@1.29.0`. It is installed into a folder of its own, from
 * where it is found first; everything else is the working tree's.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { BadInput } from '../schema/bad-input.ts';
import { nearest } from '../schema/explain.ts';
import { madeOnce, run } from './beside.ts';
import { resolveCommit } from './git.ts';

export interface RuntimePackage {
  readonly name: string;
  readonly version: string;
}

/** Null where a ref or a folder is meant. `known`: packages that backends load; `where`: the option that asks. Throws BadInput. */
export function packageNamed(
  root: string,
  asked: string,
  known: readonly string[],
  where: string,
): RuntimePackage | null {
  const [, name = '', version = ''] = /^((?:@[^@/]+\/)?[^@/]+)@([^@/]+)$/.exec(asked) ?? [];
  const isMeant = known.includes(name) || /^\d/.test(version);
  if (!isMeant || resolveCommit(root, asked) !== null || existsSync(resolve(root, asked))) return null;
  if (!known.includes(name)) throw stranger({ name, version }, known, where);
  // A range or a tag is another version tomorrow.
  if (/^\d+\.\d+\.\d+(?:-[\w.-]+)?$/.test(version)) return { name, version };
  throw inexact({ name, version }, where);
}

const inexact = ({ name, version }: RuntimePackage, where: string): BadInput =>
  new BadInput({
    what: `'${version}' is no exact version`,
    where,
    fix: `such as ${name}@1.2.3: npm view ${name} versions`,
  });

function stranger({ name, version }: RuntimePackage, known: readonly string[], where: string): BadInput {
  const near = nearest(name, known);
  const which = `packages that backends run on: ${known.join(', ')}`;
  const fix = near === undefined ? which : `did you mean ${near}@${version}? ${which}`;
  return new BadInput({ what: `no backend runs on the package '${name}'`, where, fix });
}

export interface Installing {
  /** Told what takes long. */
  readonly tell: (line: string) => void;
  /** Names of packages to install in the same version. */
  readonly along?: readonly string[];
}

/** The folder that holds it. Rejects with BadInput where it does not install. */
export function installPackage(
  root: string,
  { name, version }: RuntimePackage,
  { tell, along = [] }: Installing,
): Promise<string> {
  const all = [name, ...along].map((each) => `${each}@${version}`);
  const [base = ''] = all;
  return madeOnce(
    root,
    { name: base.replace('/', '+'), from: { name, version, ...(along.length > 0 && { along }) }, tell },
    async (folder) => {
      mkdirSync(folder);
      writeFileSync(join(folder, 'package.json'), `${JSON.stringify({ name: 'onpar-base', private: true })}\n`);
      // Its own prefix: npm hands that of an `npm test` on to what it starts.
      const line = `npm install --no-save --ignore-scripts --no-audit --no-fund --prefix . ${all.join(' ')}`;
      await run(line, { folder, base, tell, failure: 'does not install' });
    },
  );
}
