/**
 * Chooses the version that the working tree is compared with: ONPAR_BASE, else where this branch left the main branch, else (on
 * the main branch itself) the commit before, else the commit of the last bless. Reads git, changes nothing but the depth of a shallow clone.
 */
import { existsSync, realpathSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { BadInput } from '../schema/bad-input.ts';
import { askGit, git, isShallow, resolveCommit } from './git.ts';

export type Choice =
  | { readonly kind: 'commit'; readonly sha: string; readonly label: string }
  /** A folder that holds the other version, installed by whoever made it. */
  | { readonly kind: 'folder'; readonly path: string; readonly label: string }
  /** `mendable`: there is a version before, which could be had. */
  | { readonly kind: 'none'; readonly reason: string; readonly mendable: boolean };

export interface ChooseOptions {
  /** ONPAR_BASE: a ref, a folder, or `none`; undefined or empty chooses. */
  readonly asked: string | undefined;
  /** Who asked, for messages; ONPAR_BASE where absent. */
  readonly where?: string;
  /** Branch that a pull request goes to, where CI names it. */
  readonly target: string | undefined;
  /** Commit of the last bless. */
  readonly blessed: string | null;
  /** In CI what is not committed is an accident of the job, such as a lockfile that an install rewrote. */
  readonly ci?: boolean;
}

/** Throws BadInput where the base that was asked for is not there. */
export function chooseBase(root: string, options: ChooseOptions): Choice {
  const { asked = '', where = 'ONPAR_BASE', target = '', blessed, ci = false } = options;
  if (asked === 'none') return nothing(`${where} is none`);
  if (asked !== '') return named(root, asked, where);
  const head = resolveCommit(root, 'HEAD');
  if (head === null) return nothing('there is no git history here');
  return beforeThis(root, head, { target, ci }) ?? ofBless(root, blessed) ?? whyNone(root);
}

/** Whether what was chosen is what is checked out, so that nothing but files outside git can differ. */
export const isThis = (root: string, choice: Choice): boolean =>
  choice.kind === 'folder'
    ? realpathSync(choice.path) === realpathSync(root)
    : choice.kind === 'commit' && choice.sha === resolveCommit(root, 'HEAD') && !isDirty(root);

const nothing = (reason: string, mendable = false): Choice => ({ kind: 'none', reason, mendable });

function named(root: string, asked: string, where: string): Choice {
  const known = resolveCommit(root, asked);
  const found = known === null ? fetched(root, asked) : { sha: known };
  if ('sha' in found) return { kind: 'commit', sha: found.sha, label: labelOf(asked, found.sha) };
  const path = resolve(root, asked);
  if (existsSync(path) && statSync(path).isDirectory()) return { kind: 'folder', path, label: asked };
  throw new BadInput({
    what: `'${asked}' is no commit of this repository and no folder${found.why}`,
    where,
    fix: isShallow(root) ? shallowFix : 'name a branch, tag, commit or folder; git log --oneline lists commits',
  });
}

const shallowFix = 'the clone is shallow: add `fetch-depth: 0` to the `with:` of actions/checkout';

/** A shallow clone holds one commit; the one that is asked for may be a fetch away. */
function fetched(root: string, ref: string): { readonly sha: string } | { readonly why: string } {
  if (!isShallow(root)) return { why: '' };
  const answer = askGit(root, 'fetch', '--quiet', '--depth=1', 'origin', ref);
  const sha = answer.ok ? resolveCommit(root, 'FETCH_HEAD') : null;
  return sha === null ? { why: answer.ok ? '' : ` (git fetch: ${answer.why})` } : { sha };
}

function beforeThis(
  root: string,
  head: string,
  { target, ci }: { readonly target: string; readonly ci: boolean },
): Choice | null {
  const main = mainBranch(root, target);
  const fork = main === undefined ? null : deepened(root, head, () => git(root, 'merge-base', 'HEAD', main));
  if (fork !== null && fork !== head) return { kind: 'commit', sha: fork, label: labelOf(main ?? '', fork) };
  // What is not committed yet is compared with what is.
  const uncommitted: Choice | null = isDirty(root) ? { kind: 'commit', sha: head, label: labelOf('HEAD', head) } : null;
  if (uncommitted !== null && !ci) return uncommitted;
  const parent = deepened(root, head, () => resolveCommit(root, 'HEAD^'));
  return parent === null ? uncommitted : { kind: 'commit', sha: parent, label: labelOf('HEAD^', parent) };
}

/** Files that git does not know are no version: a report or a download lies beside the code. */
const isDirty = (root: string): boolean => (git(root, 'status', '--porcelain', '--untracked-files=no') ?? '') !== '';

/** What a pull request goes to is fetched where the clone lacks it: CI clones one commit. */
function mainBranch(root: string, target: string): string | undefined {
  const remote = `origin/${target}`;
  if (target !== '' && resolveCommit(root, remote) === null)
    git(root, 'fetch', '--quiet', '--depth=1', 'origin', `${target}:refs/remotes/${remote}`);
  const branches = [
    ...(target === '' ? [] : [remote]),
    'origin/HEAD',
    'origin/main',
    'origin/master',
    'main',
    'master',
  ];
  const known = (): string | undefined => branches.find((branch) => resolveCommit(root, branch) !== null);
  const found = known();
  if (found !== undefined || !isShallow(root)) return found;
  // A clone of one commit of another branch knows no main branch: without it that commit's own parent would pass for the version before.
  git(root, 'fetch', '--quiet', '--depth=1', 'origin', '+HEAD:refs/remotes/origin/HEAD');
  return known();
}

/** Asks again after fetching more history, where the clone is shallow: of this very commit, which may be on no branch. */
function deepened(root: string, head: string, ask: () => string | null): string | null {
  const more = ['fetch', '--quiet', '--deepen=200', 'origin'];
  const answer = ask();
  if (answer !== null || !isShallow(root)) return answer;
  return git(root, ...more, head) === null && git(root, ...more) === null ? null : ask();
}

function ofBless(root: string, blessed: string | null): Choice | null {
  const sha = blessed === null ? null : resolveCommit(root, blessed);
  return sha === null ? null : { kind: 'commit', sha, label: labelOf('last bless', sha) };
}

const whyNone = (root: string): Choice =>
  isShallow(root) ? nothing(shallowFix, true) : nothing('this is the first commit');

/** main@3f2a1c9; a commit that was named by its id is not said twice. */
const labelOf = (name: string, sha: string): string =>
  sha.startsWith(name) ? sha.slice(0, 7) : `${name}@${sha.slice(0, 7)}`;
