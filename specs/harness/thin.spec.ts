import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { generateTypes } from '../../ci/types.mjs';

const root = new URL('../..', import.meta.url).pathname;
const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter(
  (path) => path.endsWith('.ts') && !path.endsWith('.generated.ts'),
);
const linesOf = (path: string): string[] =>
  readFileSync(join(root, 'src', path), 'utf8')
    .trimEnd()
    .split('\n');
/** Blank lines and comments are free: they are what keeps the rest readable. */
const isCode = (line: string): boolean => !/^\s*(\/\/|\/\*|\*|$)/.test(line);

test('there is something to measure', () => {
  expect(sources.length).toBeGreaterThan(50);
});

test('src stays thin: at most 16,000 lines of code (docs/decisions/0005)', () => {
  const code = sources.flatMap(linesOf).filter(isCode).length;
  expect(code).toBeLessThanOrEqual(16_000);
});

test('no file is longer than 250 lines', () => {
  expect(sources.filter((path) => linesOf(path).length > 250)).toEqual([]);
});

test('at most five runtime dependencies', () => {
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  expect(Object.keys(dependencies).length).toBeLessThanOrEqual(5);
});

test('the types of every schema are those that json-schema-to-typescript makes of it today', async () => {
  for (const [path, text] of await generateTypes()) expect(readFileSync(path, 'utf8')).toBe(text);
});
