/** What every recipe needs: errors with a fix, child processes with progress, and a cache folder filled atomically. */
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  createReadStream,
  existsSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
} from 'node:fs';
import { homedir, hostname, tmpdir } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';

/**
 * @typedef {import('../provision.mjs').Log} Log
 * @typedef {[program: string, ...args: string[]]} Command
 */

/** One reason and one way out of it: all that a user needs to read. */
export class ProvisionError extends Error {
  /** @param {string} what @param {string} fix */
  constructor(what, fix) {
    super(`${what}; ${fix}`);
    this.what = what;
    this.fix = fix;
  }
}

const DISK_FULL_FIX = 'free some space, or set XDG_CACHE_HOME to a folder on a larger disk';

/** @param {unknown} error @returns {{ what: string, fix: string }} */
export function reasonFor(error) {
  if (error instanceof ProvisionError) return error;
  const { code, message, syscall } = /** @type {NodeJS.ErrnoException} */ (error);
  if (code === 'ENOSPC' || code === 'EDQUOT') return { what: `the disk is full (${message})`, fix: DISK_FULL_FIX };
  // A recursive mkdir tells of a read-only disk as ENOENT.
  const denied = ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', ...(syscall === 'mkdir' ? ['ENOENT'] : [])];
  if (denied.includes(code ?? '')) {
    return { what: message, fix: 'make that folder writable, or set XDG_CACHE_HOME to a folder that is' };
  }
  return { what: message ?? String(error), fix: 'run it again; if it stays, report it with this message' };
}

/** @param {string} name @returns {string | undefined} the first such program on PATH */
export function onPath(name) {
  const endings = process.platform === 'win32' ? ['.exe', '.cmd', ''] : [''];
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .flatMap((folder) => endings.map((ending) => join(folder, name + ending)))
    .find((file) => statSync(file, { throwIfNoEntry: false })?.isFile());
}

/** npm's own folder: it bundles node-gyp, and its CLI can be run without a shell. Undefined when there is no npm. */
export function npmFolder() {
  const npm = onPath('npm');
  const beside = join(dirname(process.execPath), process.platform === 'win32' ? '' : '../lib', 'node_modules/npm');
  const candidates = [beside, ...(npm ? [join(dirname(realpathSync(npm)), '..')] : [])];
  return candidates.find((folder) => existsSync(join(folder, 'bin/npm-cli.js')));
}

/**
 * Runs a program to its end, saying every five seconds that it still does.
 * @param {Command} command
 * @param {{ label: string, log: Log, cwd?: string | undefined, env?: Record<string, string>, timeoutMs?: number }} options
 * @returns {Promise<{ ok: boolean, output: string }>} output: stdout and stderr together
 */
export async function run([program, ...args], { label, log, cwd, env, timeoutMs }) {
  const started = performance.now();
  const elapsed = () => `${Math.round((performance.now() - started) / 1000)} s`;
  log(`${label} …`);
  const ticker = setInterval(() => log(`${label} … ${elapsed()}`), 5000);
  try {
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, ...env },
      timeout: timeoutMs ?? 0,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => (output += text));
    }
    child.on('error', (error) => (output += error.message)); // 'close' follows
    const code = await new Promise((resolve) => child.on('close', resolve));
    log(`${label} … ${code === 0 ? 'done' : 'failed'} after ${elapsed()}`);
    return { ok: code === 0, output };
  } finally {
    clearInterval(ticker);
  }
}

/**
 * The error of a program that failed: its most telling line, and the disk named where that was full.
 * @param {string} what @param {string} output @param {string} fix
 */
export function failure(what, output, fix) {
  const lines = output
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
  if (/no space left|disk quota exceeded/i.test(output))
    return new ProvisionError(`${what}: the disk is full`, DISK_FULL_FIX);
  const line = lines.find((l) => /(^|\s)\w*error:\s/i.test(l)) ?? lines.at(-1) ?? 'no output';
  return new ProvisionError(`${what}: ${line.slice(0, 300)}`, fix);
}

/** @param {string} file */
export async function sha256(file) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

/** @param {string} name */
export function cacheFolder(name) {
  return join(process.env['XDG_CACHE_HOME'] || join(home(), '.cache'), 'onpar', name);
}

/** A container's user may have none, and no entry in passwd either. */
function home() {
  try {
    return homedir();
  } catch {
    return tmpdir();
  }
}

/**
 * Fills a cache folder at most once. The build runs in a folder of its own that is renamed when complete, so a killed
 * build leaves nothing that looks finished, and of two at the same time the slower one throws its own away.
 * @param {string} target
 * @param {{ isComplete: (folder: string) => boolean, needsBytes: number, build: (folder: string) => Promise<void> }} options
 * @returns {Promise<'cached' | 'built'>}
 */
export async function fillOnce(target, { isComplete, needsBytes, build }) {
  mkdirSync(dirname(target), { recursive: true });
  removeAbandoned(target);
  if (isComplete(target)) return 'cached';
  const { bavail, bsize } = statfsSync(dirname(target));
  if (bavail * bsize < needsBytes) {
    const [has, needs] = [bavail * bsize, needsBytes].map((bytes) => `${(bytes / 1e9).toFixed(1)} GB`);
    throw new ProvisionError(`${dirname(target)} has ${has} free, and the build needs ${needs}`, DISK_FULL_FIX);
  }
  const mine = `${target}.building-${hostname()}-${process.pid}-${randomBytes(3).toString('hex')}`;
  try {
    mkdirSync(mine);
    await build(mine);
    if (existsSync(target) && !isComplete(target)) renameSync(target, `${mine}-damaged`);
    if (!existsSync(target)) renameOrDiscard(mine, target);
    return 'built';
  } finally {
    for (const folder of [mine, `${mine}-damaged`]) rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {string} from @param {string} to */
function renameOrDiscard(from, to) {
  try {
    renameSync(from, to);
  } catch (error) {
    if (!existsSync(to)) throw error; // else another process was a moment faster, and its build is as good
  }
}

/**
 * Removes what killed builds left: those of dead processes of this machine, and any that is hours old.
 * @param {string} target
 */
function removeAbandoned(target) {
  const prefix = `${basename(target)}.building-`;
  for (const name of readdirSync(dirname(target)).filter((n) => n.startsWith(prefix))) {
    const folder = join(dirname(target), name);
    const host = name.slice(prefix.length).replace(/-\d+-[0-9a-f]{6}(-damaged)?$/, '');
    const pid = Number(/-(\d+)-[0-9a-f]{6}(?:-damaged)?$/.exec(name)?.[1]);
    const old = Date.now() - (statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? 0) > 6 * 3600e3;
    if (!old && (host !== hostname() || isRunning(pid))) continue;
    try {
      rmSync(folder, { recursive: true, force: true, maxRetries: 2 });
    } catch {
      // an orphaned child of the killed build may still write there: the next run takes it
    }
  }
}

/** @param {number} pid */
function isRunning(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
}
