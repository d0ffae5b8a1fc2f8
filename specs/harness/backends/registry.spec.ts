import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { findBackend, listBackends } from '../../../src/backends/registry.ts';

const backends = await listBackends();

describe('the registry', () => {
  test('finds every file of its folder but its two helpers, by id', () => {
    const files = readdirSync(new URL('../../../src/backends', import.meta.url)).filter(
      (name) => name.endsWith('.ts') && !['backend.ts', 'registry.ts'].includes(name),
    );
    expect(backends.map(({ id }) => `${id.replaceAll(/[/@]/g, '-')}.ts`).toSorted()).toEqual(files.toSorted());
  });

  test('finds each by its id alone, and refuses an unknown one by name', async () => {
    for (const backend of backends) expect(await findBackend(backend.id)).toBe(backend);
    for (const id of ['ort-nod/cpu', 'backend', 'registry', '../cli/main', 'runtimes/tfjs', ''])
      await expect(findBackend(id)).rejects.toThrow(`unknown backend '${id}'`);
  });
});

describe.each(backends.map((backend) => [backend.id, backend] as const))('%s', (id, backend) => {
  test('says what it needs, what it opens and how to bring it', () => {
    expect(id).toMatch(/^[a-z0-9-]+\/[a-z0-9-]+(@[a-z]+)?$/);
    expect(backend.formats.length).toBeGreaterThan(0);
    expect(backend.packages.length > 0).toBe(backend.host !== 'python');
    expect(backend.bring).toMatch(/^(npm install|npx onpar provision) /);
  });

  test('has limits that leave something to measure, no more on a commit than in the full suite', () => {
    const { maxBatch, referenceRows, images } = backend.limits;
    for (const limit of [maxBatch, referenceRows, images.full]) expect(limit).toBeGreaterThanOrEqual(1);
    expect(images.commit).toBeGreaterThanOrEqual(0);
    expect(images.commit).toBeLessThanOrEqual(images.full);
  });
});

test.each(backends.filter((each) => each.host !== 'python'))(
  '$id rejects where its package is missing, in the words of whoever looked for it',
  async (backend) => {
    const absent = (name: string): never => {
      throw new Error(`no package ${name}`);
    };
    await expect(backend.load({ threads: 1, require: absent })).rejects.toThrow(`no package ${backend.packages[0]}`);
  },
);
