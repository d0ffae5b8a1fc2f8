/** What the system tells in files; null, or nothing, where one is missing. Specs hand in another system. */
import { readdirSync, readFileSync } from 'node:fs';

export interface System {
  readonly platform: string;
  readonly arch: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  read(path: string): string | null;
  list(path: string): readonly string[];
}

export const thisSystem: System = {
  platform: process.platform,
  arch: process.arch,
  env: process.env,
  read(path) {
    try {
      return readFileSync(path, 'utf8');
    } catch {
      return null;
    }
  },
  list(path) {
    try {
      return readdirSync(path);
    } catch {
      return [];
    }
  },
};
