/** The version that the working tree is compared with: chosen, put beside it, its cards read. */
import type { Project } from '../cases/project.ts';
import { readProject } from '../cases/project.ts';
import { isCi } from '../judge/policy.ts';
import { BadInput } from '../schema/bad-input.ts';
import { checkOut } from './checkout.ts';
import { chooseBase, isThis } from './choose.ts';
import type { Choice } from './choose.ts';
import { onparOf } from './packages.ts';

/** A version that can be run: its cards, and the folder whose packages it runs with. */
export interface Side {
  /** Such as main@3f2a1c9. */
  readonly label: string;
  readonly root: string;
  /** Folder that alone has its packages, where they were installed for it; those above are another version's. */
  readonly installed?: string | null;
  readonly project: Project;
  /** Whether it is the very version that is checked out, and was meant to be another. */
  readonly isThis?: boolean;
}

export type Base =
  | { readonly found: true; readonly side: Side }
  /** `mendable`: there is a version before, and it could not be had or made. */
  | { readonly found: false; readonly reason: string; readonly mendable: boolean };

export interface BaseOptions {
  readonly env: NodeJS.ProcessEnv;
  /** What a command line names in place of ONPAR_BASE. */
  readonly asked?: string | undefined;
  /** The option that does. */
  readonly where?: string;
  /** Commit of the last bless. */
  readonly blessed: string | null;
  /** Told what takes long. */
  readonly tell: (line: string) => void;
}

/** ONPAR_BASE that leaves the choice to choose.ts. */
const automatic = 'auto';

/** Throws BadInput where the base that ONPAR_BASE names cannot be used; one that was chosen unasked is then not found, with the reason. */
export async function prepareBase(root: string, options: BaseOptions): Promise<Base> {
  try {
    return await prepare(root, options);
  } catch (error) {
    const wasAsked = !['', automatic].includes(options.asked ?? options.env['ONPAR_BASE'] ?? '');
    if (wasAsked || !(error instanceof BadInput)) throw error;
    return { found: false, reason: error.message, mendable: true };
  }
}

async function prepare(root: string, { env, asked, where = '--base', blessed, tell }: BaseOptions): Promise<Base> {
  const from = asked ?? env['ONPAR_BASE'] ?? '';
  const named = { asked: from === automatic ? '' : from, ...(asked !== undefined && { where }) };
  const choice = chooseBase(root, { ...named, target: env['GITHUB_BASE_REF'], blessed, ci: isCi(env) });
  const base = await besideOf(root, choice, { env, tell });
  return base.found ? { ...base, side: { ...base.side, isThis: isThis(root, choice) } } : base;
}

/** The version that ONPAR_ANCHOR names, the last release: creep is seen against it. Throws BadInput where it cannot be used. */
export async function prepareAnchor(root: string, { env, tell }: Pick<BaseOptions, 'env' | 'tell'>): Promise<Base> {
  const where = 'ONPAR_ANCHOR';
  const choice = chooseBase(root, { asked: env[where] || 'none', where, target: undefined, blessed: null });
  return besideOf(root, choice, { env, tell });
}

async function besideOf(root: string, choice: Choice, { env, tell }: Pick<BaseOptions, 'env' | 'tell'>): Promise<Base> {
  if (choice.kind === 'none') return { found: false, reason: choice.reason, mendable: choice.mendable };
  const made =
    choice.kind === 'folder'
      ? { root: choice.path, installed: null }
      : await checkOut(root, choice.sha, { tell, build: buildOf(root, env) });
  return { found: true, side: { label: choice.label, ...made, project: await readProject(made.root, env) } };
}

/** A checkout of onpar itself runs only when it is compiled. */
const buildOf = (root: string, env: NodeJS.ProcessEnv): string | undefined =>
  env['ONPAR_BASE_BUILD'] ?? (onparOf(root) === root ? 'npm run build' : undefined);
