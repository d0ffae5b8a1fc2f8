/** Builds an empty stranger's project around what packed.ts has packed: its own model card, data set, specs, no baselines yet. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { inject } from 'vitest';
import { readNpz } from '../../../src/tensor/npz.ts';
import { batchRows } from '../../../src/tensor/tensor.ts';
import { cleanEnv } from '../support/env.ts';
import { writeNpz } from '../support/npz.ts';

const repository = fileURLToPath(new URL('../../..', import.meta.url));
const images = 300;

export interface Outcome {
  readonly status: number | null;
  readonly output: string;
}

export interface Stranger {
  readonly root: string;
  /** Runs Vitest as a person would; CI is off unless asked for. */
  vitest(args: readonly string[], env?: Record<string, string>): Outcome;
  /** The same as `vitest run`. */
  test(args?: readonly string[], env?: Record<string, string>): Outcome;
  onpar(args: readonly string[], env?: Record<string, string>): Outcome;
  path(...parts: string[]): string;
  json(...parts: string[]): any;
  writeJson(value: unknown, ...parts: string[]): void;
  /** Brings a file of the model and its entry in the card together again after an edit. */
  rehash(file: string): void;
  /** The same of the data set. */
  rehashData(file: string): void;
  /** Changes the project, runs, and puts everything back as it was. */
  withFault<T>(change: () => void, body: () => T): T;
  remove(): void;
}

/** `packages`: what the stranger has installed beside onpar, taken from this repository's node_modules. */
export function makeStranger(packages: readonly string[] = ['vitest', 'onnxruntime-node']): Stranger {
  const root = mkdtempSync(join(tmpdir(), 'onpar-stranger-'));
  const path = (...parts: string[]): string => join(root, ...parts);
  installOnpar(path('node_modules'));
  for (const name of packages) link(name, path('node_modules'));
  writeFileSync(
    path('package.json'),
    JSON.stringify({ name: 'stranger', private: true, type: 'module', scripts: { test: 'vitest run' } }),
  );
  writeFileSync(
    path('vitest.config.ts'),
    "import { defineConfig } from 'vitest/config';\nimport { onpar } from 'onpar/vitest/plugin';\nexport default defineConfig({ plugins: [onpar()] });\n",
  );
  cpSync(join(repository, 'specs'), path('specs'), {
    recursive: true,
    // Relations have specs of their own: what counts here is counted without them.
    filter: (source) => !/harness|relations/.test(source),
  });
  writeModel(path);
  const stranger: Stranger = {
    root,
    path,
    vitest: (args, env = {}) => run(process.execPath, [path('node_modules/vitest/vitest.mjs'), ...args], root, env),
    test: (args = [], env) => stranger.vitest(['run', ...args], env),
    onpar: (args, env = {}) => run(process.execPath, [path('node_modules/onpar/dist/cli/main.js'), ...args], root, env),
    json: (...parts) => JSON.parse(readFileSync(path(...parts), 'utf8')),
    writeJson: (value, ...parts) => writeFileSync(path(...parts), `${JSON.stringify(value, null, 2)}\n`),
    rehash: (file) =>
      rehash(stranger, ['fixtures/models/garment', 'model.json'], file, ({ artifacts }) =>
        Object.values<any>(artifacts).flatMap(({ files }) => files),
      ),
    rehashData: (file) => rehash(stranger, ['fixtures/datasets/garments', 'dataset.json'], file, ({ files }) => files),
    withFault: (change, body) => {
      const parts = ['fixtures', 'baselines', 'specs'];
      const safe = mkdtempSync(join(tmpdir(), 'onpar-safe-'));
      for (const part of parts) cpSync(path(part), join(safe, part), { recursive: true });
      try {
        change();
        return body();
      } finally {
        for (const part of parts) {
          rmSync(path(part), { recursive: true });
          cpSync(join(safe, part), path(part), { recursive: true });
        }
        rmSync(safe, { recursive: true });
      }
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
  return stranger;
}

function rehash(
  { path, json, writeJson }: Stranger,
  [folder, name]: readonly [string, string],
  file: string,
  filesOf: (card: any) => any[],
): void {
  const card = json(folder, name);
  for (const entry of filesOf(card)) if (entry.path === file) Object.assign(entry, describeFile(path(folder, file)));
  writeJson(card, folder, name);
}

function run(command: string, args: readonly string[], cwd: string, env: Record<string, string>): Outcome {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd,
    env: { ...cleanEnv(), NO_COLOR: '1', ...env },
    encoding: 'utf8',
  });
  return { status, output: stdout + stderr };
}

function installOnpar(modules: string): void {
  cpSync(inject('packed'), join(modules, 'onpar'), { recursive: true });
  const { dependencies } = JSON.parse(readFileSync(join(modules, 'onpar', 'package.json'), 'utf8'));
  for (const name of Object.keys(dependencies)) link(name, modules);
}

function link(name: string, modules: string): void {
  const target = join(modules, name);
  mkdirSync(dirname(target), { recursive: true });
  symlinkSync(join(repository, 'node_modules', name), target);
}

/** fashion-cnn under another name, its data set cut to a few hundred images: quick, and proof that no id is built in. */
function writeModel(path: Stranger['path']): void {
  const source = join(repository, 'fixtures/models/fashion-cnn');
  const target = path('fixtures/models/garment');
  cpSync(source, target, { recursive: true });
  const logits = readNpz(readFileSync(join(source, 'dataset-logits.npz')));
  writeFileSync(join(target, 'dataset-logits.npz'), writeNpz({ logits: batchRows(logits['logits']!, 0, images) }));
  const card = JSON.parse(readFileSync(join(target, 'model.json'), 'utf8'));
  const { float32, 'int8-static': quantized, tfjs } = card.artifacts;
  Object.assign(card, {
    id: 'garment',
    name: 'Garment',
    dataset: 'garments',
    artifacts: { float32, 'int8-static': quantized, tfjs },
  });
  card.latency = { gated: ['float32/ort-node/cpu'] };
  // They promise what backends do that this stranger has not got.
  delete card.relations;
  Object.assign(card.reference.dataset, describeFile(join(target, 'dataset-logits.npz')));
  writeFileSync(join(target, 'model.json'), `${JSON.stringify(card, null, 2)}\n`);
  writeDataset(path);
}

function writeDataset(path: Stranger['path']): void {
  const source = join(repository, 'fixtures/datasets/fashion-mnist');
  const target = path('fixtures/datasets/garments');
  cpSync(source, target, { recursive: true });
  const card = JSON.parse(readFileSync(join(target, 'dataset.json'), 'utf8'));
  for (const file of card.files) {
    const header = { images: 16, labels: 8 }[file.role as string];
    if (header === undefined) continue;
    const whole = gunzipSync(readFileSync(join(source, file.path)));
    const bytes = whole.subarray(0, header + images * (file.role === 'images' ? 28 * 28 : 1));
    bytes.writeUInt32BE(images, 4);
    writeFileSync(join(target, file.path), bytes);
    Object.assign(file, describeFile(join(target, file.path)));
  }
  writeFileSync(
    join(target, 'dataset.json'),
    `${JSON.stringify({ ...card, id: 'garments', count: images }, null, 2)}\n`,
  );
}

export function describeFile(path: string): { sha256: string; bytes: number } {
  const bytes = readFileSync(path);
  return { sha256: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.byteLength };
}
