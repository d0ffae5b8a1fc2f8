/** Runs a command that may take minutes, without a limit and without blocking: progress, deadlines and other workers go on meanwhile. */
import { spawn } from 'node:child_process';
import { outsideHooks } from './git.ts';

/** Characters kept of what it writes. */
const tail = 4_000;

/** `command`: a line for the shell, in which npm is npm.cmd where that is its name; or words, for paths need no quoting then. Never rejects. */
export function spawned(
  command: string | readonly string[],
  folder: string,
): Promise<{ readonly ok: boolean; /** Its last words, of stderr where there are any. */ readonly wrote: string }> {
  const isLine = typeof command === 'string';
  const [file = '', ...args] = isLine ? [command] : command;
  const child = spawn(file, args, {
    cwd: folder,
    shell: isLine,
    env: { ...outsideHooks(), GIT_TERMINAL_PROMPT: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const wrote = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].on('data', (chunk: Buffer) => (wrote[name] = (wrote[name] + chunk.toString('utf8')).slice(-tail)));
  return new Promise((resolve) => {
    child.on('error', ({ message }) => resolve({ ok: false, wrote: message }));
    child.on('close', (code, signal) => {
      const words = wrote.stderr.trim() || wrote.stdout.trim() || `it ended with ${signal ?? `code ${code}`}`;
      resolve({ ok: code === 0, wrote: words });
    });
  });
}
