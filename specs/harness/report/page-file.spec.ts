import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { writePage } from '../../../src/report/page-file.ts';

let root: string;
beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'onpar-page-'))));
afterEach(() => rmSync(root, { recursive: true }));

test('is left below .onpar, and its path is told', () => {
  const path = writePage(root, 'diff.html', '<p>');
  expect(resolve(path!)).toBe(join(root, '.onpar/diff.html'));
  expect(readFileSync(path!, 'utf8')).toBe('<p>');
});

test('that cannot be written is said, and costs the answer nothing', () => {
  writeFileSync(join(root, '.onpar'), 'a file in its place');
  const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  expect(writePage(root, 'diff.html', '<p>')).toBeNull();
  expect(said.mock.calls.join()).toMatch(
    /^no chart, .*\.onpar\/diff\.html cannot be written \((EEXIST|ENOTDIR).*make it writable\n$/,
  );
  said.mockRestore();
});
