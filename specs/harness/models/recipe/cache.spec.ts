/** Files made from recipes: of a graph of twelve weights, and of a conversion by a Python that is a shell script. */
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { attempt } from '../../../../src/broker/measurement.ts';
import { readModel } from '../../../../src/models/card.ts';
import type { Artifact, Model } from '../../../../src/models/card.ts';
import { openable } from '../../../../src/models/recipe/cache.ts';
import { piecesOf } from '../../../../src/models/recipe/graph.ts';
import { drawOf } from '../../../../src/models/recipe/weights.ts';
import { hollow, hollowModel } from '../../support/onnx.ts';
import { described, newProject } from '../../support/project.ts';
import type { Json, TestProject } from '../../support/project.ts';
import { refusal } from '../../support/refusal.ts';

const seed = 3;
const graph = hollowModel();
const filled = Buffer.concat(
  piecesOf(graph).map((piece) => {
    if (piece instanceof Uint8Array) return piece;
    const values = new Float32Array(piece.count);
    drawOf(seed, piece.name, piece)(values, 0);
    return new Uint8Array(values.buffer);
  }),
);
const code = 'WEIGHTS = "model.onnx"\n';

let project: TestProject;
let env: NodeJS.ProcessEnv;
beforeEach(() => {
  project = newProject();
  env = { ...process.env, XDG_CACHE_HOME: mkdtempSync(join(tmpdir(), 'onpar-cache-')), ONPAR_PYTHON: '/no/python' };
});
afterEach(() => {
  project.remove();
  rmSync(env['XDG_CACHE_HOME'] ?? '', { recursive: true });
});

/** A card whose file is made: what it says of it may be wrong, as may the recipe. */
async function model({ recipe = {}, file = {} }: { recipe?: Json; file?: Json } = {}): Promise<Model> {
  const folder = 'fixtures/models/big';
  const from = project.put(`${folder}/graph.onnx`, graph);
  const architecture = project.put(`${folder}/network.py`, code);
  const made = { ...described('model.onnx', filled), recipe: { graph: from, seed, ...recipe }, ...file };
  const converted = { ...described('model.half.onnx', 'converted'), recipe: { convert: 'float16' } };
  return readModel(
    project.card('big', {
      onDemand: true,
      artifacts: {
        float32: { format: 'onnx', precision: 'float32', files: [made] },
        float16: {
          format: 'onnx',
          precision: 'float16',
          files: [converted],
          parent: 'float32',
          made: 'by onnxruntime 0',
        },
        torch: { format: 'torch', precision: 'float32', files: [architecture, made] },
      },
    }),
  );
}

const artifactOf = ({ card }: Model, id: string): Artifact => card.artifacts[id] ?? expect.unreachable(id);
const open = async (id = 'float32', parts: Parameters<typeof model>[0] = {}): Promise<string> => {
  const big = await model(parts);
  return openable(big, artifactOf(big, id), env);
};

describe('a file that a recipe fills', () => {
  test('is made in the cache, and not again', async () => {
    const path = await open();
    expect(path.startsWith(join(env['XDG_CACHE_HOME'] ?? '', 'onpar', 'recipes', 'big'))).toBe(true);
    expect(readFileSync(path)).toEqual(filled);
    expect(readdirSync(dirname(path))).toEqual(['model.onnx']);
    const { ino } = statSync(path);
    expect(await open()).toBe(path);
    expect(statSync(path).ino).toBe(ino);
  });

  const flipped = Uint8Array.from(filled);
  flipped[filled.length - 30] = (flipped[filled.length - 30] ?? 0) ^ 1;
  test.each([
    ['damaged', (path: string) => writeFileSync(path, flipped)],
    ['truncated', (path: string) => writeFileSync(path, filled.subarray(0, 100))],
    ['removed', (path: string) => rmSync(path)],
    ['evicted with its folder', (path: string) => rmSync(dirname(path), { recursive: true })],
  ])('is made again where it was %s', async (_, spoil) => {
    const path = await open('torch');
    spoil(join(dirname(path), 'model.onnx'));
    expect(await open('torch')).toBe(path);
    expect(readFileSync(join(dirname(path), 'model.onnx'))).toEqual(filled);
  });

  test('is made again once where two artifacts find it damaged', async () => {
    const paths = await Promise.all([open(), open('torch')]);
    writeFileSync(paths[0], flipped);
    expect(await Promise.all([open(), open('torch')])).toEqual(paths);
    for (const path of paths) expect(readFileSync(join(dirname(path), 'model.onnx'))).toEqual(filled);
  });

  test('is never written outside of the cache', async () => {
    const error = await refusal(() => open('float32', { file: { path: '../../../../../model.onnx' } }));
    expect(error.what).toBe('leads out of its folder');
    expect(existsSync(join(env['XDG_CACHE_HOME'] ?? '', 'model.onnx'))).toBe(false);
  });

  test('lies beside the architecture of another artifact, as the same file', async () => {
    const path = await open('torch');
    expect(readFileSync(path, 'utf8')).toBe(code);
    expect(statSync(join(dirname(path), 'model.onnx')).ino).toBe(statSync(await open()).ino);
  });

  test('is made once where two ask for it', async () => {
    const paths = await Promise.all([open(), open('torch'), open()]);
    for (const path of paths) expect(readFileSync(join(dirname(path), 'model.onnx'))).toEqual(filled);
  });

  test.each([
    ['another seed', { recipe: { seed: 4 } }],
    ['another hash', { file: { sha256: 'f'.repeat(64) } }],
  ])('is refused with %s, and nothing of it stays', async (_, parts) => {
    const error = await refusal(() => open('float32', parts));
    expect(error.what).toMatch(/its recipe makes another file than the card says: sha256 [0-9a-f]{64}, \d+ bytes/);
    expect(await attempt(() => open('float32', parts))).toMatchObject({ ok: false, failure: { kind: 'refused' } });
    const left = readdirSync(env['XDG_CACHE_HOME'] ?? '', { recursive: true, encoding: 'utf8' });
    expect(left.filter((name) => name.endsWith('.onnx') || name.endsWith('.part'))).toEqual([]);
  });

  test('is refused where its graph is not that of the card, or cannot be filled', async () => {
    const big = await model();
    project.put('fixtures/models/big/graph.onnx', hollowModel(hollow('w', [4, 0])));
    expect((await refusal(() => openable(big, artifactOf(big, 'float32'), env))).where).toContain('graph.onnx');
    const hopeless = hollowModel(hollow('w', [4, 0]));
    const error = await refusal(() => open('float32', { recipe: { graph: described('graph.onnx', hopeless) } }));
    expect(error.what).toContain('its content changed');
    const other = project.put('fixtures/models/big/other.onnx', hopeless);
    const unfillable = await refusal(() => open('float32', { recipe: { graph: other } }));
    expect(unfillable.what).toContain('cannot be filled: initializer w cannot be filled: its shape is [4, 0]');
  });

  test('has one clear error where there is no room for it, and is not here', async () => {
    const error = await refusal(() => open('float32', { file: { bytes: 2 ** 50 } }));
    expect(error.message).toMatch(/has \d+ MiB free, and the model needs 1073741824 MiB\n.*XDG_CACHE_HOME/s);
    const answer = await attempt(() => open('float32', { file: { bytes: 2 ** 50 } }));
    expect(answer).toMatchObject({ ok: false, failure: { kind: 'unavailable' } });
  });

  test('has one clear error where the cache cannot be written', async () => {
    const blocked = join(env['XDG_CACHE_HOME'] ?? '', 'onpar');
    writeFileSync(blocked, '');
    expect((await refusal(() => open())).fix).toContain('XDG_CACHE_HOME');
  });

  test('takes along what a killed process left an hour ago, and nothing younger', async () => {
    const folder = dirname(await open());
    rmSync(join(folder, 'model.onnx'));
    const [old, young] = ['old', 'young'].map((name) => join(folder, `model.onnx.${name}.part`)) as [string, string];
    for (const path of [old, young]) writeFileSync(path, '');
    const hours = Date.now() / 1e3 - 2 * 3600;
    utimesSync(old, hours, hours);
    await open();
    expect([existsSync(old), existsSync(young)]).toEqual([false, true]);
  });
});

/** `-c` asks for its version; anything else is a conversion: script, its name, source, target. */
function python(body: string): void {
  const path = join(env['XDG_CACHE_HOME'] ?? '', 'python');
  writeFileSync(path, `#!/bin/sh\n[ "$1" = -c ] && exit 0\n${body}\n`);
  chmodSync(path, 0o755);
  env = { ...env, ONPAR_PYTHON: path };
}

describe('a file that is converted', () => {
  test('is made of the filled file, and kept', async () => {
    python(
      `cmp -s "$3" "$XDG_CACHE_HOME"/onpar/recipes/big/*/model.onnx && [ "$2" = float16 ] && printf converted > "$4"`,
    );
    const path = await open('float16');
    expect(readFileSync(path, 'utf8')).toBe('converted');
    python('exit 1');
    expect(await open('float16')).toBe(path);
  });

  test.each([
    ['no Python', null, 'which does not run'],
    ['no package', 'echo "this Python lacks a package: No module named onnx" >&2; exit 1', 'No module named onnx'],
    ['another version', 'printf other > "$4"', 'its recipe makes another file than the card says'],
    ['a killed one', 'kill -9 $$', 'ended with SIGKILL'],
  ])('is not here with %s, and says so', async (_, body, why) => {
    if (body !== null) python(body);
    const answer = await attempt(() => open('float16'));
    expect(answer).toMatchObject({ ok: false, failure: { kind: 'unavailable', reason: expect.stringContaining(why) } });
    // The original is none the worse for it.
    expect(readFileSync(await open())).toEqual(filled);
  });
});
