/**
 * A Python with PyTorch for the torch backends, and with onnxruntime's tools for recipes that convert a model: a virtual environment in
 * the user cache, where src/workers/python.ts looks for it.
 * A Python that the user names (ONPAR_PYTHON) is only looked at, never changed.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, failure, fillOnce, onPath, ProvisionError, run } from './tools.mjs';

/** @typedef {import('../provision.mjs').Log} Log */

/** What the references of the bundled models were computed with. */
const TORCH = '2.15.0';
/** With these were the converted files of the model cards made: others may write other bytes. */
const TOOLS = ['onnx==1.23.2', 'onnxruntime==1.32.0'];
/** The build for CUDA, which is the one that most indexes offer for Linux, with the copies that are made of it on the way. */
const BUILD_BYTES = 9e9;

const VERSION_CHECK =
  'import torch; print(torch.__version__); raise SystemExit(int(torch.__version__.split(".")[0]) < 2)';

/** @type {import('../provision.mjs').Recipe} */
export const torch = {
  id: 'torch',
  costs: `PyTorch ${TORCH}: a download of 0.2 GB (CPU build) to 2.6 GB (CUDA build), about 20 s to a few minutes, up to 5.3 GB in the user cache`,
  isReady: () => (named() === undefined ? isComplete(folder()) : 'version' in lookAt(named() ?? '')),
  provision,
};

const named = () => process.env['ONPAR_PYTHON'] || undefined;
const folder = () => cacheFolder('torch');
/** @param {string} venv */
const pythonIn = (venv) =>
  join(venv, ...(process.platform === 'win32' ? ['Scripts', 'python.exe'] : ['bin', 'python']));
/** @param {string} venv */
const marker = (venv) => join(venv, 'onpar.json');

const contents = JSON.stringify({ torch: TORCH, tools: TOOLS });

/** @param {string} venv */
function isComplete(venv) {
  if (!existsSync(marker(venv)) || readFileSync(marker(venv), 'utf8') !== contents) return false;
  // The Python that it was made from may have been removed since.
  return spawnSync(pythonIn(venv), ['-c', '']).status === 0;
}

/** @param {string} python @returns {{ version: string } | { problem: string }} */
function lookAt(python) {
  const { status, stdout, stderr, error } = spawnSync(python, ['-c', VERSION_CHECK], { encoding: 'utf8' });
  if (status === 0) return { version: stdout.trim() };
  const last = (stderr ?? '').trim().split('\n').at(-1);
  return { problem: error?.message ?? (last || `torch ${stdout.trim()} is too old`) };
}

/** @param {string} _ @param {Log} log @returns {Promise<import('../provision.mjs').Outcome>} */
async function provision(_, log) {
  const own = named();
  if (own !== undefined) {
    const found = lookAt(own);
    if ('version' in found) return { torch: found.version, how: 'ONPAR_PYTHON' };
    throw new ProvisionError(
      `ONPAR_PYTHON is ${own}, which has no torch 2: ${found.problem}`,
      'install it there (pip install torch), or unset ONPAR_PYTHON',
    );
  }
  const came = await fillOnce(folder(), { isComplete, needsBytes: BUILD_BYTES, build: (venv) => build(venv, log) });
  return { torch: TORCH, how: came === 'built' ? 'installed and cached' : 'already set up' };
}

/** @param {string} venv an empty folder @param {Log} log */
async function build(venv, log) {
  const uv = onPath('uv');
  const python = onPath('python3') ?? onPath('python');
  if (!uv && !python) {
    const fix = 'apt-get install python3 python3-venv, or the like of your system, and run it again';
    throw new ProvisionError('no Python 3 was found', fix);
  }
  const made = await run(uv ? [uv, 'venv', '--allow-existing', venv] : [python ?? '', '-m', 'venv', venv], {
    label: 'torch: making a virtual environment',
    log,
  });
  if (!made.ok) {
    const fix = 'apt-get install python3-venv, or install uv, and run it again';
    throw failure('a virtual environment could not be made', made.output, fix);
  }
  await install(venv, uv ?? (await uvFrom(venv, log)), log);
  writeFileSync(marker(venv), contents);
}

/**
 * A uv of the environment's own: it takes 20 s for what takes pip minutes. Undefined where the index has none.
 * @param {string} venv @param {Log} log
 */
async function uvFrom(venv, log) {
  const label = 'torch: installing uv, which installs faster than pip';
  const { ok } = await run([pythonIn(venv), '-m', 'pip', 'install', 'uv'], { label, log });
  return ok ? join(pythonIn(venv), '..', process.platform === 'win32' ? 'uv.exe' : 'uv') : undefined;
}

/** @param {string} venv @param {string | undefined} uv @param {Log} log */
async function install(venv, uv, log) {
  /** @type {import('./tools.mjs').Command} */
  const installer = uv
    ? [uv, 'pip', 'install', '--compile-bytecode', '--python', pythonIn(venv)]
    : [pythonIn(venv), '-m', 'pip', 'install', '--progress-bar', 'off'];
  // A build for the CPU is a tenth of the size, but only some indexes have it under this version.
  let output = '';
  for (const wanted of [`torch==${TORCH}+cpu`, `torch==${TORCH}`]) {
    const label = `torch: installing ${wanted}`;
    const tried = await run([...installer, ...TOOLS, wanted], { label, log });
    if (tried.ok) return;
    output = tried.output;
  }
  const fix = "check the network and pip's index (pip config list), or set ONPAR_PYTHON to a Python that has torch 2";
  throw failure(`torch ${TORCH} could not be installed`, output, fix);
}
