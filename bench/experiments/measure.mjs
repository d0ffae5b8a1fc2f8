/** Runs the product: `onpar compare` on one model's systems, and reads its report. */
import { spawn } from 'node:child_process';
import { cli, root } from '../lib/onpar.mjs';

/** As it can be pasted back. @param {import('./plan.mjs').Run} run @param {readonly number[]} batches */
export const commandOf = ({ fixture, backends }, batches) => [
  'compare',
  fixture,
  '--backend',
  backends.join(','),
  '--batch',
  batches.join(','),
];

/**
 * Progress goes to stderr, as always. Exit codes 0 and 1 come with a report; anything else is the command's own failure.
 * @returns {Promise<{ report: object, code: number }>}
 */
export async function compare(run, batches) {
  const words = [...commandOf(run, batches), '--json'];
  const child = spawn(process.execPath, [cli, ...words], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  const parts = [];
  child.stdout.on('data', (part) => parts.push(part));
  const code = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status, signal) => resolve(status ?? signal));
  });
  if (code !== 0 && code !== 1) throw new Error(`onpar ${words.join(' ')} ended with ${code}`);
  return { report: JSON.parse(Buffer.concat(parts).toString('utf8')), code };
}
