import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { inspectModelFile, sha256Of, verifyArtifact, verifyFile } from '../../../src/models/artifact.ts';
import type { DescribedFile } from '../../../src/models/artifact.ts';
import { externalModel, linearModel } from '../support/onnx.ts';
import { described } from '../support/project.ts';
import { refusal } from '../support/refusal.ts';

const base = mkdtempSync(join(tmpdir(), 'onpar-artifact-'));
afterAll(() => rmSync(base, { recursive: true }));
let turn = 0;
let folder = '';
beforeEach(() => {
  folder = join(base, `${(turn += 1)}`);
  mkdirSync(folder);
});

const model = linearModel(
  4,
  3,
  Array.from({ length: 12 }, (_, index) => index),
);

const put = (name: string, content: Uint8Array | string): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

describe('an artifact of a card', () => {
  test('is accepted when it is the file of the card, byte for byte', async () => {
    const path = put('model.onnx', model);
    expect(await verifyArtifact(folder, [described('model.onnx', model)], 'onnx')).toBe(path);
    expect(await sha256Of(path)).toBe(described('', model).sha256);
  });

  const changed = Uint8Array.from(model);
  changed[changed.length >> 1] = (changed[changed.length >> 1] ?? 0) ^ 1;
  test.each([
    ['one bit changed', changed, 'its content changed'],
    ['its end missing', model.subarray(0, 100), `it has 100 bytes instead of ${model.length}`],
    ['no content', new Uint8Array(), 'is empty'],
    ['an LFS pointer', 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n', 'Git LFS pointer'],
    ['an HTML page', '\n <!DOCTYPE html><html></html>', 'HTML page'],
  ])('is refused with %s, and the file is named', async (_, content, what) => {
    const path = put('model.onnx', content);
    const error = await refusal(() => verifyArtifact(folder, [described('model.onnx', model)], 'onnx'));
    expect(error.where).toBe(path);
    expect(error.what).toContain(what);
  });

  test('is refused with the hash and size that would make a meant change right', async () => {
    put('model.onnx', changed);
    const { fix } = await refusal(() => verifyArtifact(folder, [described('model.onnx', model)], 'onnx'));
    expect(fix).toContain('git checkout -- model.onnx');
    expect(fix).toContain(`${described('', changed).sha256}, ${changed.length}`);
  });

  test('is refused when its card says another size: that is what its size is judged by', async () => {
    const path = put('model.onnx', model);
    const smaller = { ...described('model.onnx', model), bytes: 7 };
    const error = await refusal(() => verifyArtifact(folder, [smaller], 'onnx'));
    expect(error).toMatchObject({ where: path, what: expect.stringContaining(`${model.length} bytes instead of 7`) });
    expect(error.fix).toContain(`, ${model.length}`);
  });

  test('is refused when any of its files is missing or changed, not only the first', async () => {
    put('model.json', '{}');
    const files = [described('model.json', '{}'), described('weights.bin', 'abc')];
    expect((await refusal(() => verifyArtifact(folder, files, 'tfjs'))).message).toMatch(
      /weights\.bin: does not exist/,
    );
    put('weights.bin', 'abd');
    expect((await refusal(() => verifyArtifact(folder, files, 'tfjs'))).message).toMatch(
      /weights\.bin: .*content changed/,
    );
  });

  test('is refused as a folder, as something outside of its folder, and without files', async () => {
    mkdirSync(join(folder, 'model.onnx'));
    expect((await refusal(() => verifyArtifact(folder, [described('model.onnx', '')], 'onnx'))).what).toBe(
      'is not a regular file',
    );
    expect((await refusal(() => verifyFile(folder, described('../../etc/hosts', '')))).what).toBe(
      'leads out of its folder',
    );
    expect((await refusal(() => verifyFile(folder, described('.', '')))).what).toBe('leads out of its folder');
    expect((await refusal(() => verifyArtifact(folder, [], 'onnx'))).what).toBe('an artifact without files');
  });

  test('is refused when its hash is right but it is no ONNX model', async () => {
    put('model.onnx', 'this is text');
    const error = await refusal(() => verifyArtifact(folder, [described('model.onnx', 'this is text')], 'onnx'));
    expect(error.what).toContain('is not an ONNX model');
  });
});

describe('external data', () => {
  const weights = new Uint8Array(48);
  const outside = join(base, 'outside.bin');
  writeFileSync(outside, weights);

  /** A model whose weights claim to lie at `location`; its own hash is right. */
  const external = (location: string, others: readonly DescribedFile[] = []): Promise<string> => {
    const content = externalModel(location);
    put('model.onnx', content);
    return verifyArtifact(folder, [described('model.onnx', content), ...others], 'onnx');
  };

  test('is accepted beside the model when the card lists it', async () => {
    put('weights.bin', weights);
    expect(await external('weights.bin', [described('weights.bin', weights)])).toBe(join(folder, 'model.onnx'));
  });

  const plants: Readonly<Record<string, (location: string) => unknown>> = {
    nothing: () => undefined,
    file: (location) => put(location, weights),
    symlink: (location) => symlinkSync(outside, join(folder, location)),
    hardlink: (location) => linkSync(outside, join(folder, location)),
    folder: (location) => mkdirSync(join(folder, location)),
  };
  test.each([
    ['../outside.bin', 'nothing', 'leads out of its folder'],
    ['sub/../../outside.bin', 'nothing', 'leads out of its folder'],
    [outside, 'nothing', 'leads out of its folder'],
    ['/dev/zero', 'nothing', 'leads out of its folder'],
    ['', 'nothing', 'leads out of its folder'],
    ['link.bin', 'symlink', 'is not a regular file of its own'],
    ['hard.bin', 'hardlink', 'is not a regular file of its own'],
    ['a-folder', 'folder', 'is not a regular file of its own'],
    ['gone.bin', 'nothing', 'does not exist'],
    ['zero\0.bin', 'nothing', 'does not exist'],
    ['weights.bin', 'file', 'is not listed in the card'],
  ])('%j (%s) is refused: it %s', async (location, plant, what) => {
    plants[plant]?.(location);
    const error = await refusal(() => external(location));
    expect(error.where).toBe(join(folder, 'model.onnx'));
    expect(error.what).toBe(`external data '${location}' ${error.what.slice(`external data '${location}' `.length)}`);
    expect(error.what).toContain(what);
  });

  test('is refused behind a folder that is a link to elsewhere, even when the card lists it', async () => {
    const elsewhere = mkdtempSync(join(base, 'elsewhere-'));
    writeFileSync(join(elsewhere, 'weights.bin'), weights);
    symlinkSync(elsewhere, join(folder, 'sub'));
    const error = await refusal(() => external('sub/weights.bin', [described('sub/weights.bin', weights)]));
    expect(error.what).toContain('leads out of its folder through a link');
  });

  test('beside a file without a card counts for its size, and is checked in the same way', async () => {
    put('weights.bin', weights);
    const content = externalModel('weights.bin');
    const path = put('model.onnx', content);
    expect(await inspectModelFile(path)).toEqual({
      path,
      format: 'onnx',
      files: [path, join(folder, 'weights.bin')],
      bytes: content.length + 48,
    });
    put('model.onnx', externalModel('../outside.bin'));
    expect((await refusal(() => inspectModelFile(path))).what).toContain('leads out of its folder');
  });
});

describe('a TF.js folder', () => {
  const manifest = (...paths: readonly unknown[]): string =>
    JSON.stringify({ modelTopology: {}, weightsManifest: [{ paths, weights: [] }] });

  test('is measured with its weights, given as folder or as its model.json', async () => {
    put('weights.bin', 'abc');
    const path = put('model.json', manifest('weights.bin'));
    const files = [path, join(folder, 'weights.bin')];
    const expected = { path, format: 'tfjs', files, bytes: manifest('weights.bin').length + 3 };
    expect(await inspectModelFile(folder)).toEqual(expected);
    expect(await inspectModelFile(path)).toEqual(expected);
  });

  test.each([
    ['weights that are missing', manifest('weights.bin'), 'does not exist'],
    ['weights outside', manifest('../outside.bin'), 'lead out of its folder'],
    ['weights at an absolute path', manifest('/etc/hosts'), 'lead out of its folder'],
    ['no manifest', '{}', 'is no TF.js model'],
    ['a manifest of nonsense', '{"weightsManifest":[null]}', 'is no TF.js model'],
    ['paths that are no text', manifest(7), 'is no TF.js model'],
    ['null', 'null', 'is no TF.js model'],
    ['text', 'nonsense', 'is no TF.js model'],
    ['half of its text', manifest('weights.bin').slice(0, 30), 'is no TF.js model'],
    ['a page', '<html></html>', 'HTML page'],
  ])('with %s is refused', async (_, content, what) => {
    put('model.json', content);
    expect((await refusal(() => inspectModelFile(folder))).message).toContain(what);
  });

  test('of a card is refused when its weights are elsewhere, or not listed and so not checked', async () => {
    put('weights.bin', 'abc');
    const verify = (text: string): Promise<string> => {
      put('model.json', text);
      return verifyArtifact(folder, [described('model.json', text)], 'tfjs');
    };
    expect((await refusal(() => verify(manifest('weights.bin')))).what).toContain(
      'weights.bin are not listed in the card',
    );
    expect((await refusal(() => verify(manifest('../outside.bin')))).what).toContain('lead out of its folder');
    put('model.json', manifest('weights.bin'));
    const files = [described('model.json', manifest('weights.bin')), described('weights.bin', 'abc')];
    expect(await verifyArtifact(folder, files, 'tfjs')).toBe(join(folder, 'model.json'));
  });
});

describe('a file without a card', () => {
  test.each([
    ['model.onnx', '', 'is empty'],
    ['model.onnx', 'version https://git-lfs.github.com/spec/v1\n', 'Git LFS pointer'],
    ['model.onnx', '<html>', 'HTML page'],
    ['model.onnx', 'PK\u0003\u0004 archive/data.pkl', 'zip or PyTorch archive'],
    ['model.pt', 'PK\u0003\u0004 archive/data.pkl', 'zip or PyTorch archive'],
    ['model.pt', '\u0080\u0002 pickle', 'neither an .onnx file nor a TF.js folder'],
    ['model.onnx', model.subarray(0, 40), 'is not an ONNX model'],
  ])('%s of %j is refused: it %s', async (name, content, what) => {
    const path = put(name, content);
    const error = await refusal(() => inspectModelFile(path));
    expect(error.message).toContain(what);
    expect(error.where).toBe(path);
  });

  test('that does not exist is refused by name', async () => {
    const error = await refusal(() => inspectModelFile(join(folder, 'gone.onnx')));
    expect(error.message).toMatch(/gone\.onnx: does not exist/);
  });

  test('that is a folder without a model is refused', async () => {
    expect((await refusal(() => inspectModelFile(folder))).where).toBe(join(folder, 'model.json'));
  });
});

describe('an architecture in Python', () => {
  const weights = linearModel(2, 2, [1, 2, 3, 4]);
  const artifact = (source: string, ...more: readonly string[]): Promise<string> => {
    put('network.py', source);
    put('model.onnx', weights);
    put('weights.pt', 'PK\x03\x04');
    const files = [described('network.py', source), ...more.map((name) => described(name, weights))];
    return verifyArtifact(folder, files, 'torch');
  };

  test('is opened with weights that the card lists', async () => {
    expect(await artifact('WEIGHTS = "model.onnx"\n', 'model.onnx')).toBe(join(folder, 'network.py'));
  });

  test.each([
    ['names no weights', 'weights = "model.onnx"\n', 'does not name its weights'],
    ['names pickled ones', 'WEIGHTS = "weights.pt"\n', 'its weights weights.pt are no file that is opened'],
    ['names some that the card does not list', 'WEIGHTS = "other.onnx"\n', 'other.onnx are not listed in the card'],
    ['names some outside its folder', 'WEIGHTS = "../model.onnx"\n', 'are not listed in the card'],
  ])('is refused where it %s', async (_, source, reason) => {
    expect((await refusal(() => artifact(source, 'model.onnx'))).message).toContain(reason);
  });

  test('is refused where its content, or that of its weights, is not what the card says', async () => {
    const good = 'WEIGHTS = "model.onnx"\n';
    put('network.py', `${good}# changed`);
    put('model.onnx', weights);
    const files = [described('network.py', good), described('model.onnx', weights)];
    expect((await refusal(() => verifyArtifact(folder, files, 'torch'))).message).toContain(
      'is not the file of the card',
    );
    put('network.py', good);
    put('model.onnx', linearModel(2, 2, [1, 2, 3, -4]));
    expect((await refusal(() => verifyArtifact(folder, files, 'torch'))).message).toContain('its content changed');
  });
});
