/** Builds tfjs-node's binding against the libraries of the pinned tensorflow-cpu wheel, with the package's own sources. */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { failure, npmFolder, onPath, ProvisionError, run, sha256 } from './tools.mjs';

/**
 * @typedef {import('../provision.mjs').Log} Log
 * @typedef {import('./tools.mjs').Command} Command
 */

/** The TensorFlow that tfjs-node 4.22.0 was tried with; its wheel carries the whole C API in two libraries. */
export const TENSORFLOW = '2.15.1';
const WHEEL_SHA256 = '54660c074d7241a503e81edfd9f5ef5af88f64051b72e2945f26318c790f2d26';

/** The wheel, pip's copy of it, the two libraries and the headers, at the same time. */
export const BUILD_BYTES = 1.3e9;

/** The names the linker looks for, and the names under which the loader then wants them. */
const LIBRARIES = {
  'libtensorflow.so': 'libtensorflow_cc.so.2',
  'libtensorflow_framework.so': 'libtensorflow_framework.so.2',
};

const UNPACK = `
import sys, zipfile
wheel, into = sys.argv[1:]
wanted = ('tensorflow/libtensorflow_cc.so.2', 'tensorflow/libtensorflow_framework.so.2',
          'tensorflow/include/tensorflow/', 'tensorflow/include/tsl/')
with zipfile.ZipFile(wheel) as archive:
    archive.extractall(into, [name for name in archive.namelist() if name.startswith(wanted)])`;

/** @param {string} folder */
export function isCompleteBuild(folder) {
  const libraries = Object.values(LIBRARIES).map((name) => join('deps/lib', name));
  return ['lib/napi-v8/tfjs_binding.node', ...libraries].every((file) => existsSync(join(folder, file)));
}

/** Where include/node is. Any Node's headers will do, for the binding uses the stable N-API. */
const headersHome = () => process.env['npm_config_nodedir'] ?? join(dirname(process.execPath), '..');

const python = () => onPath('python3') ?? onPath('python') ?? '';

/** @type {Command[]} any pip will do, for it only fetches a file */
const PIPS = [['python3', '-m', 'pip'], ['python', '-m', 'pip'], ['pip3'], ['pip'], ['uv', 'tool', 'run', 'pip']];

function findPip() {
  return PIPS.find(([name, ...args]) => spawnSync(name, [...args, '--version'], { timeout: 60_000 }).status === 0);
}

/** node-gyp, which npm brings along. */
function nodeGyp() {
  const bundled = join(npmFolder() ?? '', 'node_modules/node-gyp/bin/node-gyp.js');
  return [process.env['npm_config_node_gyp'] ?? '', bundled].find((file) => existsSync(file)) ?? '';
}

/** @param {string} folder of the package */
function preGyp(folder) {
  try {
    const manifest = createRequire(join(folder, 'package.json')).resolve('@mapbox/node-pre-gyp/package.json');
    return join(dirname(manifest), 'bin/node-pre-gyp');
  } catch {
    return '';
  }
}

/**
 * The first thing without which this build cannot work, looked for before anything is downloaded.
 * @param {string} folder of the package
 */
export function missingTool(folder) {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    const what = `there is no build recipe for ${process.platform}-${process.arch}, only for linux-x64`;
    return new ProvisionError(what, 'use a network where its own installer works, or do without it here');
  }
  const compiler = (process.env['CXX'] || 'g++').split(' ')[0] ?? '';
  const headers = join(headersHome(), 'include/node');
  /** @type {[unknown, what: string, fix: string][]} */
  const needs = [
    [onPath(compiler), `no C++ compiler (${compiler}) was found`, install('g++ make')],
    [onPath('make'), 'no make was found', install('make')],
    [python(), 'no Python 3 was found', install('python3 python3-pip')],
    [
      existsSync(join(headers, 'node_api.h')),
      `Node's headers are not in ${headers}`,
      'use a full Node distribution, or set npm_config_nodedir to the folder of one',
    ],
    [nodeGyp(), 'no node-gyp was found', 'install npm, which brings it, or set npm_config_node_gyp to its file'],
    [preGyp(folder), '@mapbox/node-pre-gyp is not installed', 'npm ci'],
  ];
  const [, what, fix] = needs.find(([found]) => !found) ?? [];
  if (what && fix) return new ProvisionError(what, fix);
  return findPip() ? undefined : new ProvisionError('no pip was found', install('python3-pip'));
}

/** @param {string} packages */
function install(packages) {
  return `apt-get install ${packages}, or the like of your system, and run it again`;
}

/**
 * Leaves lib/ and deps/lib/ in `scratch` and nothing else.
 * @param {string} scratch an empty folder @param {string} folder of the package @param {Log} log
 */
export async function buildFromWheel(scratch, folder, log) {
  const work = join(scratch, 'work');
  mkdirSync(work);
  await unpack(await download(work, log), work, log);
  for (const name of ['binding', 'binding.gyp', 'package.json']) {
    cpSync(join(folder, name), join(work, name), { recursive: true });
  }
  await compile(work, folder, log);
  for (const name of Object.keys(LIBRARIES)) rmSync(join(work, 'deps/lib', name));
  mkdirSync(join(scratch, 'deps'));
  renameSync(join(work, 'deps/lib'), join(scratch, 'deps/lib'));
  renameSync(join(work, 'lib'), join(scratch, 'lib'));
  rmSync(work, { recursive: true });
}

/** @param {string} work @param {Log} log */
async function download(work, log) {
  const [program, ...args] = findPip() ?? ['pip'];
  args.push('download', '--progress-bar', 'off', '--no-deps', '--only-binary=:all:', '--dest', work);
  args.push('--python-version', '3.11', '--platform', 'manylinux2014_x86_64', `tensorflow-cpu==${TENSORFLOW}`);
  const label = `tfjs-node: downloading tensorflow-cpu ${TENSORFLOW} (207 MB)`;
  const { ok, output } = await run([program, ...args], { label, log, env: { TMPDIR: work } });
  const name = readdirSync(work).find((file) => file.endsWith('.whl'));
  if (!ok || !name) {
    const fix = "check the network and pip's index (pip config list), and run it again";
    throw failure(`tensorflow-cpu ${TENSORFLOW} could not be downloaded`, output, fix);
  }
  const found = await sha256(join(work, name));
  if (found === WHEEL_SHA256) return join(work, name);
  const what = `${name} has another sha256 than it should (${found}, not ${WHEEL_SHA256})`;
  throw new ProvisionError(what, "do not use that file: look at pip's index, run `pip cache purge`, and run it again");
}

/** @param {string} wheel @param {string} work @param {Log} log */
async function unpack(wheel, work, log) {
  const out = join(work, 'wheel');
  const { ok, output } = await run([python(), '-c', UNPACK, wheel, out], {
    label: 'tfjs-node: unpacking it',
    log,
  });
  if (!ok) throw failure('the wheel could not be unpacked', output, 'run it again');
  rmSync(wheel);
  mkdirSync(join(work, 'deps/lib'), { recursive: true });
  renameSync(join(out, 'tensorflow/include'), join(work, 'deps/include'));
  for (const [linkName, name] of Object.entries(LIBRARIES)) {
    renameSync(join(out, 'tensorflow', name), join(work, 'deps/lib', name));
    symlinkSync(name, join(work, 'deps/lib', linkName));
  }
}

/** @param {string} work @param {string} folder of the package @param {Log} log */
async function compile(work, folder, log) {
  const args = [preGyp(folder), 'install', '--build-from-source', `--nodedir=${headersHome()}`];
  const label = 'tfjs-node: compiling its binding';
  const env = { npm_config_node_gyp: nodeGyp() };
  const { ok, output } = await run([process.execPath, ...args], { label, log, cwd: work, env });
  if (!ok) throw failure('the binding could not be compiled', output, install('g++ make python3'));
}
