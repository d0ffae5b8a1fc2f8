import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { suites } from '../../../src/metrics/metric.ts';
import { loadMetrics } from '../../../src/metrics/registry.ts';

const root = mkdtempSync(join(tmpdir(), 'onpar-metrics-'));
afterAll(() => rmSync(root, { recursive: true }));
const folderWith = (files: Readonly<Record<string, string>>): URL => {
  const folder = mkdtempSync(join(root, 'x-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return pathToFileURL(`${folder}/`);
};

test('finds every metric file of the folder', async () => {
  const metrics = await loadMetrics();
  expect([...metrics.keys()]).toEqual(['accuracy', 'first', 'latency', 'load', 'memory', 'parity', 'relation', 'size']);
  for (const [id, metric] of metrics) {
    expect(metric.id).toBe(id);
    expect(suites).toContain(metric.suite);
  }
});

test('one more file is one more metric; declarations, maps and the registry itself are none', async () => {
  const folder = folderWith({
    'noise.mjs': `export const metric = { id: 'noise', judge: () => {} };`,
    'noise.d.ts': 'not loaded',
    'noise.js.map': 'not loaded',
    'metric.mjs': 'throw 1',
    'registry.mjs': 'throw 1',
    'README.md': 'not loaded',
  });
  expect([...(await loadMetrics(folder)).keys()]).toEqual(['noise']);
});

test('no metric, no metric in a file, and another name than the file are errors', async () => {
  await expect(loadMetrics(folderWith({}))).rejects.toThrow('nothing would be judged');
  await expect(loadMetrics(folderWith({ 'a.mjs': 'export const other = 1;' }))).rejects.toThrow('exports no metric');
  await expect(loadMetrics(folderWith({ 'a.mjs': `export const metric = { id: 'a' };` }))).rejects.toThrow(
    'exports no metric',
  );
  await expect(
    loadMetrics(folderWith({ 'a.mjs': `export const metric = { id: 'b', judge: () => {} };` })),
  ).rejects.toThrow('must agree');
});
