/** Where the built product and its models are, and how its command line is run and timed. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
export const cli = join(root, 'dist', 'cli', 'main.js');

/** @param {string} name */
export const peer = (name) => join(root, 'bench', 'lib', 'peers', name);

/** Stops with the command that helps: a benchmark of stale or absent code says nothing. */
export function needBuild() {
  if (existsSync(cli)) return;
  process.stderr.write('onpar is not built: npm run build\n');
  process.exit(2);
}

/** simplecnn is the model that the targets were set on; fashion-cnn stands in while it is not there. */
export function benchModel() {
  const name = ['simplecnn', 'fashion-cnn'].find((id) =>
    existsSync(join(root, 'fixtures', 'models', id, 'model.onnx')),
  );
  if (name === undefined) throw new Error('fixtures/models has neither simplecnn nor fashion-cnn');
  return { name, path: join(root, 'fixtures', 'models', name, 'model.onnx') };
}

/** A module of the build. What it does not export is an error, not undefined: a benchmark of nothing would be a good one. @param {string} path */
export async function built(path) {
  const module = await import(new URL(`../../dist/${path}`, import.meta.url).href);
  return new Proxy(module, {
    get(exports, name) {
      // Asked by await.
      if (!(name in exports) && name !== 'then') throw new Error(`dist/${path} has no export ${String(name)}`);
      return exports[name];
    },
  });
}

/**
 * Wall time of a whole process, start and end included. Refuses an exit status that was not expected: a crash is quick.
 * @param {string} file @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, shell?: boolean, status?: number[] }} [options]
 */
export function timeProcess(file, args, { status: expected = [0], ...options } = {}) {
  const start = process.hrtime.bigint();
  const { status, error, stdout, stderr } = spawnSync(file, args, {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    ...options,
  });
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  if (error !== undefined || !expected.includes(status)) {
    throw new Error(`${file} ${args.join(' ')} ended with ${status ?? error?.message}:\n${stderr}${stdout}`.trim());
  }
  return { seconds, stdout };
}

/** @param {readonly string[]} args */
export const timeNode = (args) => timeProcess(process.execPath, args).seconds;
