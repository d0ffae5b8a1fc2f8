/** Packs onpar once for all strangers of a run. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder of onpar as npm would install it. */
    packed: string;
  }
}

let folder: string;

/** npm pack writes what would be published; unpacking it is what installing does. */
export function setup(project: TestProject): void {
  folder = mkdtempSync(join(tmpdir(), 'onpar-packed-'));
  const [{ filename }] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
      cwd: fileURLToPath(new URL('../../..', import.meta.url)),
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }),
  );
  execFileSync('tar', ['-xzf', join(folder, filename), '-C', folder]);
  project.provide('packed', join(folder, 'package'));
}

export const teardown = (): void => rmSync(folder, { recursive: true, force: true });
