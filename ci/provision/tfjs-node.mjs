/**
 * The native binding of @tensorflow/tfjs-node.
 *
 * On Linux x64 it is built against the libraries of one pinned, checked Python wheel, not taken from the package's own
 * installer: the package registries are reachable from closed networks, every machine then runs the same TensorFlow
 * (parity needs that), and the result can live in a cache that `npm ci` does not wipe. Elsewhere, or where a tool for
 * the build is missing, the package's own installer is tried.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { buildFromWheel, isCompleteBuild, missingTool, TENSORFLOW, BUILD_BYTES } from './tfjs-node-build.mjs';
import { cacheFolder, failure, fillOnce, npmFolder, ProvisionError, run } from './tools.mjs';

/** @typedef {import('../provision.mjs').Log} Log */

const PACKAGE = '@tensorflow/tfjs-node';

/**
 * Node 23 dropped a helper that the package still calls, and Node 22 warns of it: hence one of our own.
 * The answer is the last line, whatever is printed before it.
 */
const LOAD_CHECK = `
require('node:util').isNullOrUndefined = (value) => value == null;
const tf = require(${JSON.stringify(PACKAGE)});
const sum = tf.matMul(tf.ones([2, 3]), tf.ones([3, 2])).sum().dataSync()[0];
if (tf.getBackend() !== 'tensorflow' || sum !== 12) throw new Error('the backend is ' + tf.getBackend() + ', 12 came out as ' + sum);
console.log(tf.backend().binding.TF_Version);`;

/** @type {import('../provision.mjs').Recipe} */
export const tfjsNode = {
  id: 'tfjs-node',
  costs:
    'on Linux x64 a download of 207 MB and about 20 s, then 0.6 GB in the user cache; elsewhere what its own installer does',
  isReady: (root) => {
    const folder = packageFolder(root);
    return folder !== undefined && check(root, folder).tensorflow !== undefined;
  },
  provision,
};

/** @param {string} root */
function packageFolder(root) {
  try {
    return dirname(createRequire(join(root, 'package.json')).resolve(`${PACKAGE}/package.json`));
  } catch {
    return undefined;
  }
}

/** @param {string} root @param {Log} log @returns {Promise<import('../provision.mjs').Outcome>} */
async function provision(root, log) {
  const folder = packageFolder(root);
  if (!folder) {
    throw new ProvisionError(
      `${PACKAGE} is not installed in ${root}`,
      `npm install --save-dev ${PACKAGE}@4.22.0 there`,
    );
  }
  const before = check(root, folder);
  if (before.tensorflow) return { tensorflow: before.tensorflow, how: 'already set up' };
  const how = await install(root, folder, log);
  log('tfjs-node: loading it …');
  const after = check(root, folder);
  if (after.tensorflow) return { tensorflow: after.tensorflow, how };
  const fix = `delete ${join(folder, 'lib')} and the folder it links to, and run it again`;
  throw failure('the binding is in place but does not load', after.problem ?? '', fix);
}

/** @param {string} root @param {string} folder @param {Log} log */
async function install(root, folder, log) {
  const { version } = readJson(join(folder, 'package.json'));
  const target = cacheFolder(`tfjs-node-${version}-${process.platform}-${process.arch}-tf${TENSORFLOW}`);
  const missing = isCompleteBuild(target) ? undefined : missingTool(folder);
  if (missing) return ownInstaller(root, folder, log, missing);
  const came = await fillOnce(target, {
    isComplete: isCompleteBuild,
    needsBytes: BUILD_BYTES,
    build: (scratch) => buildFromWheel(scratch, folder, log),
  });
  for (const name of ['lib', 'deps']) link(join(target, name), join(folder, name));
  return came === 'built' ? 'built and cached' : 'linked from the cache';
}

/** @param {string} to @param {string} at */
function link(to, at) {
  if (lstatSync(at, { throwIfNoEntry: false })?.isDirectory()) rmSync(at, { recursive: true, force: true });
  // By way of a rename, for two processes may link at the same time and each must see a whole link.
  const fresh = `${at}.${process.pid}`;
  rmSync(fresh, { force: true });
  symlinkSync(to, fresh, 'dir');
  renameSync(fresh, at);
}

/**
 * @param {string} root @param {string} folder @param {Log} log
 * @param {ProvisionError} missing why our own build cannot be done, which is the reason to report when this cannot either
 */
async function ownInstaller(root, folder, log, missing) {
  const npm = npmFolder();
  const host = process.env['TFJS_NODE_CDN_STORAGE'] ?? readJson(join(folder, 'package.json')).binary.host;
  if (!npm || !(await answers(host))) throw missing;
  // Links of ours go first, or the installer would write through them into the cache.
  for (const path of [join(folder, 'lib'), join(folder, 'deps')]) {
    if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) rmSync(path);
  }
  /** @type {import('./tools.mjs').Command} */
  const rebuild = [
    process.execPath,
    join(npm, 'bin/npm-cli.js'),
    'rebuild',
    PACKAGE,
    '--ignore-scripts=false',
    '--foreground-scripts',
  ];
  const label = `tfjs-node: running its own installer (${missing.what})`;
  const { ok, output } = await run(rebuild, { label, log, cwd: root, timeoutMs: 300_000 });
  if (ok) return 'set up by its own installer';
  throw failure(`${missing.what}, and its own installer failed`, output, missing.fix);
}

/** @param {string} url */
async function answers(url) {
  return fetch(url, { method: 'HEAD', signal: AbortSignal.timeout(5000) }).then(
    () => true,
    () => false,
  );
}

/**
 * Whether the binding loads. A first success is noted beside the files it was seen with, for loading takes a second.
 * @param {string} root @param {string} folder
 * @returns {{ tensorflow: string, problem?: undefined } | { tensorflow?: undefined, problem: string }}
 */
function check(root, folder) {
  const files = installedFiles(folder);
  if (!files) return { problem: 'files are missing' };
  const notes = join(files.home, `loads-abi${process.versions.modules}.json`);
  const seen = identity(folder, files);
  const noted = existsSync(notes) ? readJson(notes) : {};
  if (noted.seen === seen) return { tensorflow: noted.tensorflow };
  const { status, stdout, stderr, signal } = spawnSync(process.execPath, ['-e', LOAD_CHECK], {
    cwd: root,
    encoding: 'utf8',
    timeout: 120_000,
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2' },
  });
  if (status !== 0) return { problem: stderr || `it ended by ${signal}` };
  const tensorflow = stdout.trim().split('\n').at(-1) ?? '';
  try {
    writeFileSync(`${notes}.${process.pid}`, JSON.stringify({ tensorflow, seen }));
    renameSync(`${notes}.${process.pid}`, notes);
  } catch {
    // a cache that only others may write: the check is slower then, no more
  }
  return { tensorflow };
}

/** @param {string} folder @returns {{ home: string, binding: string, libraries: string[] } | undefined} */
function installedFiles(folder) {
  const lib = join(folder, 'lib');
  const level = existsSync(lib)
    ? readdirSync(lib).find((name) => existsSync(join(lib, name, 'tfjs_binding.node')))
    : undefined;
  const deps = join(folder, 'deps/lib');
  if (!level || !existsSync(deps)) return undefined;
  const binding = realpathSync(join(lib, level, 'tfjs_binding.node'));
  const libraries = readdirSync(deps)
    .filter((name) => name.includes('tensorflow'))
    .map((name) => join(deps, name))
    .filter((file) => existsSync(file));
  return libraries.length > 0 ? { home: join(dirname(binding), '../..'), binding, libraries } : undefined;
}

/**
 * Sizes stand for the libraries, for hashing half a gigabyte takes longer than loading it.
 * @param {string} folder
 * @param {{ binding: string, libraries: string[] }} files
 */
function identity(folder, { binding, libraries }) {
  const { version } = readJson(join(folder, 'package.json'));
  const sha = createHash('sha256').update(readFileSync(binding)).digest('hex');
  return [version, process.versions['napi'], sha, ...libraries.map((file) => statSync(file).size)].join(' ');
}

/** @param {string} file */
function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}
