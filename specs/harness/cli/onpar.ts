/** Runs the compiled command line as a person would, in a folder of one's own. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';
import { cleanEnv } from '../support/env.ts';

export const repository = fileURLToPath(new URL('../../..', import.meta.url));
const entry = join(repository, 'dist', 'cli', 'main.js');

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Workplace {
  readonly folder: string;
  put(name: string, content: Uint8Array | string): string;
  readonly onpar: Onpar;
}

/** Runs `onpar` with these arguments; `env` is added to the environment. */
type Onpar = (args: readonly string[], env?: Readonly<Record<string, string>>) => Promise<Outcome>;

export const onparIn =
  (folder: string): Onpar =>
  (args, env = {}) =>
    run(args, folder, env);

/** An empty folder outside of any project, removed when the spec has ended. */
export function newWorkplace(): Workplace {
  const folder = mkdtempSync(join(tmpdir(), 'onpar-cli-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return {
    folder,
    put(name, content) {
      writeFileSync(join(folder, name), content);
      return name;
    },
    onpar: onparIn(folder),
  };
}

function run(args: readonly string[], cwd: string, env: Readonly<Record<string, string>>): Promise<Outcome> {
  const child = spawn(process.execPath, [entry, ...args], {
    cwd,
    env: { ...cleanEnv(), NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const outcome = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => (outcome[name] += text));
  return new Promise((resolve, reject) => {
    child.on('error', reject).on('close', (code) => resolve({ code, ...outcome }));
  });
}
