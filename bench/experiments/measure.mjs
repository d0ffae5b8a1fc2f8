/** Runs the product: `onpar compare` on one artifact's systems, and reads its report. */
import { spawn } from 'node:child_process';
import { cli } from '../lib/onpar.mjs';

/** As it can be pasted back. @param {import('./plan.mjs').Run} run @param {readonly number[]} batches */
export const commandOf = ({ target, backends }, batches) => [
  'compare',
  target,
  '--backend',
  backends.join(','),
  '--batch',
  batches.join(','),
];

/**
 * Progress goes to stderr, as always. Exit codes 0 and 1 come with a report; anything else is the command's own failure.
 * @param {string} project its folder @returns {Promise<object>}
 */
export const compare = (run, batches, project) => documentOf(commandOf(run, batches), project);

/** The same of a sweep: see `sweep` of a table's `here`. @param {{ batches: string, memoryLimit: string }} how */
export const sweepCommandOf = (run, { batches, memoryLimit }) => [
  ...commandOf(run, [batches]),
  '--memory-limit',
  memoryLimit,
  '--changing',
];

/** All systems look at all images: on a commit slow backends look at some, and what has seen others is not compared. */
export const inFull = 'ONPAR_FULL=1';
const env = { ...process.env, ONPAR_FULL: '1' };

/** @param {readonly string[]} command without --json @param {string} project its root @returns {Promise<object>} */
export async function documentOf(command, project) {
  const words = [...command, '--json'];
  const child = spawn(process.execPath, [cli, ...words], { cwd: project, env, stdio: ['ignore', 'pipe', 'inherit'] });
  const parts = [];
  child.stdout.on('data', (part) => parts.push(part));
  const code = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status, signal) => resolve(status ?? signal));
  });
  if (code !== 0 && code !== 1) throw new Error(`onpar ${words.join(' ')} ended with ${code}`);
  return JSON.parse(Buffer.concat(parts).toString('utf8'));
}

/** A run whose backend is not here ends with 1, too: that is a row with its reason, and no red verdict. @param {readonly object[]} reports */
export const redOf = (reports) => reports.flatMap(({ verdicts }) => verdicts.filter(({ red }) => red));
