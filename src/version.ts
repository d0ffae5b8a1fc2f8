import { readFileSync } from 'node:fs';

/** onpar's own version, from its package.json. */
export function version(): string {
  const { version: text } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return text;
}
