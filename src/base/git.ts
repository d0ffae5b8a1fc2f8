/** The few questions that are asked of git. Never prompts; a question that git cannot answer is null. */
import { spawnSync } from 'node:child_process';

/** Seconds for anything that may reach a network; what may take longer, such as a checkout, is `spawned`. */
const patience = 60;

/**
 * The environment without what git tells its hooks: with it a `git worktree add` in a hook would write into the index that is just
 * being committed. The names are those of `git rev-parse --local-env-vars`.
 */
export function outsideHooks(): NodeJS.ProcessEnv {
  const local = /^GIT_(ALTERNATE_OBJECT_DIRECTORIES|CONFIG|CONFIG_PARAMETERS|CONFIG_COUNT|OBJECT_DIRECTORY|DIR|WORK_TREE|IMPLICIT_WORK_TREE|GRAFT_FILE|INDEX_FILE|NO_REPLACE_OBJECTS|REPLACE_REF_BASE|PREFIX|SHALLOW_FILE|COMMON_DIR|INTERNAL_SUPER_PREFIX)$/; // prettier-ignore
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !local.test(name)));
}

/** What git prints, trimmed; null where it fails, is missing or takes too long. */
export const git = (root: string, ...args: readonly string[]): string | null => {
  const answer = askGit(root, ...args);
  return answer.ok ? answer.text : null;
};

/** The same with what git wrote of a failure: the line that says what was fatal, else its last one. */
export function askGit(
  root: string,
  ...args: readonly string[]
): { readonly ok: true; readonly text: string } | { readonly ok: false; readonly why: string } {
  const { status, stdout, stderr, error } = spawnSync('git', args, {
    cwd: root,
    encoding: 'utf8',
    timeout: patience * 1e3,
    maxBuffer: 2 ** 28,
    env: { ...outsideHooks(), GIT_TERMINAL_PROMPT: '0' },
  });
  if (status === 0) return { ok: true, text: stdout.trim() };
  const lines = stderr.trim().split('\n');
  return {
    ok: false,
    why: error?.message ?? lines.find((line) => /^(?:fatal|error): /.test(line)) ?? lines.at(-1) ?? '',
  };
}

/** The full id of a commit; null where the clone does not hold it. */
export const resolveCommit = (root: string, ref: string): string | null =>
  git(root, 'rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`);

/** Twelve digits: what people read, and enough to be one commit. Null outside git, or before the first commit. */
export const commitOf = (root: string): string | null => git(root, 'rev-parse', '--short=12', 'HEAD');

export const isShallow = (root: string): boolean => git(root, 'rev-parse', '--is-shallow-repository') === 'true';
