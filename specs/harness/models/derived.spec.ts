import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Artifact } from '../../../src/models/card.ts';
import { derivedFault, derivedPath, readyArtifact } from '../../../src/models/derived.ts';
import { retypeOnnx } from '../../../src/models/retype.ts';
import { linearModel } from '../support/onnx.ts';

const folder = mkdtempSync(join(tmpdir(), 'onpar-derived-'));
vi.stubEnv('XDG_CACHE_HOME', join(folder, 'cache'));
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

const described = (path: string, content: Uint8Array) => ({
  path,
  sha256: createHash('sha256').update(content).digest('hex'),
  bytes: content.length,
});
const source = linearModel(2, 2, [1, 2, 3, 4]);
const half = retypeOnnx(source, 'float16');
const artifact: Artifact = {
  format: 'onnx',
  precision: 'float16',
  files: [described('half.onnx', half)],
  derived: { from: described('model.onnx', source) },
};
const ready = (one: Artifact = artifact): Promise<string> => readyArtifact({ folder }, one);

beforeEach(() => {
  rmSync(join(folder, 'cache'), { recursive: true, force: true });
  writeFileSync(join(folder, 'model.onnx'), source);
});

describe('a derived artifact', () => {
  test('is made on first use, in the cache, and then is there', async () => {
    expect(existsSync(derivedPath(artifact))).toBe(false);
    expect(await ready()).toBe(derivedPath(artifact));
    rmSync(join(folder, 'model.onnx'));
    expect(await ready()).toBe(derivedPath(artifact));
    expect(readdirSync(join(folder, 'cache', 'onpar', 'models'))).toHaveLength(1);
  });

  test('is made again where its copy was damaged', async () => {
    writeFileSync(await ready(), 'torn');
    expect(existsSync(await ready())).toBe(true);
    expect(await import('node:fs/promises').then((fs) => fs.readFile(derivedPath(artifact)))).toEqual(
      Buffer.from(half),
    );
  });

  test('of another source than the one of the card is refused', async () => {
    writeFileSync(join(folder, 'model.onnx'), linearModel(2, 2, [1, 2, 3, 5]));
    await expect(ready()).rejects.toThrow('is not the file of the card');
  });

  test('that comes out otherwise than the card says is refused, and not kept', async () => {
    const other = linearModel(2, 2, [1, 2, 3, 5]);
    writeFileSync(join(folder, 'model.onnx'), other);
    const wrong = { ...artifact, derived: { from: described('model.onnx', other) } };
    await expect(ready(wrong)).rejects.toThrow('its float16 form is not the file of the card');
    expect(existsSync(derivedPath(wrong))).toBe(false);
  });

  test('that cannot be made says why', async () => {
    const large = linearModel(1, 1, [1e6]);
    writeFileSync(join(folder, 'model.onnx'), large);
    await expect(ready({ ...artifact, derived: { from: described('model.onnx', large) } })).rejects.toThrow(
      'its float16 form cannot be made: the weight 1000000 is too large for float16',
    );
  });
});

describe('an artifact that another program makes', () => {
  const int8: Artifact = {
    ...artifact,
    precision: 'int8',
    derived: { from: described('model.onnx', source), bring: 'make it' },
  };

  test('is not here until it was made, and says what makes it', async () => {
    expect(derivedFault(int8)).toBe('it is not committed, and not in the cache; make it');
    expect(derivedFault(artifact)).toBeNull();
    await ready();
    expect(derivedFault(int8)).toBeNull();
    expect(await ready(int8)).toBe(derivedPath(int8));
  });

  test('is refused where its copy was damaged: it cannot be made again here', async () => {
    writeFileSync(await ready(), 'torn');
    await expect(ready(int8)).rejects.toThrow('is not the artifact made of');
  });
});
