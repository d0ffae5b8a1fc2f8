/** The version that the working tree is compared with: chosen, put beside it, its cards read. */
import type { Project } from '../cases/project.ts';
import { readProject } from '../cases/project.ts';
import { BadInput } from '../schema/bad-input.ts';
import { checkOut } from './checkout.ts';
import { chooseBase } from './choose.ts';
import { onparOf } from './packages.ts';

/** A version that can be run: its cards, and the folder whose packages it runs with. */
export interface Side {
  /** Such as main@3f2a1c9. */
  readonly label: string;
  readonly root: string;
  readonly project: Project;
}

export type Base = { readonly found: true; readonly side: Side } | { readonly found: false; readonly reason: string };

export interface BaseOptions {
  readonly env: NodeJS.ProcessEnv;
  /** Commit of the last bless. */
  readonly blessed: string | null;
  /** Told what takes long. */
  readonly tell: (line: string) => void;
}

/** Throws BadInput where the base that ONPAR_BASE names cannot be used; one that was chosen unasked is then not found, with the reason. */
export async function prepareBase(root: string, options: BaseOptions): Promise<Base> {
  try {
    return await prepare(root, options);
  } catch (error) {
    const wasAsked = (options.env['ONPAR_BASE'] ?? '') !== '';
    if (wasAsked || !(error instanceof BadInput)) throw error;
    return { found: false, reason: error.message };
  }
}

async function prepare(root: string, { env, blessed, tell }: BaseOptions): Promise<Base> {
  const choice = chooseBase(root, { asked: env['ONPAR_BASE'], target: env['GITHUB_BASE_REF'], blessed });
  if (choice.kind === 'none') return { found: false, reason: choice.reason };
  const folder =
    choice.kind === 'folder' ? choice.path : checkOut(root, choice.sha, { tell, build: buildOf(root, env) });
  return { found: true, side: { label: choice.label, root: folder, project: await readProject(folder, env) } };
}

/** A checkout of onpar itself runs only when it is compiled. */
const buildOf = (root: string, env: NodeJS.ProcessEnv): string | undefined =>
  env['ONPAR_BASE_BUILD'] ?? (onparOf(root) === root ? 'npm run build' : undefined);
