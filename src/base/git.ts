/** The few questions that are asked of git. Never prompts; a question that git cannot answer is null. */
import { execFileSync } from 'node:child_process';

/** Seconds for anything that may reach a network. */
const patience = 60;

/** What git prints, trimmed; null where it fails, is missing or takes too long. */
export function git(root: string, ...args: readonly string[]): string | null {
  try {
    return execFileSync('git', args, {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: patience * 1e3,
      env: { ...process.env, GIT_TERMINAL_PROMPT: '0' },
    }).trim();
  } catch {
    return null;
  }
}

/** The full id of a commit; null where the clone does not hold it. */
export const resolveCommit = (root: string, ref: string): string | null =>
  git(root, 'rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`);

/** Twelve digits: what people read, and enough to be one commit. Null outside git, or before the first commit. */
export const commitOf = (root: string): string | null => git(root, 'rev-parse', '--short=12', 'HEAD');

export const isShallow = (root: string): boolean => git(root, 'rev-parse', '--is-shallow-repository') === 'true';
