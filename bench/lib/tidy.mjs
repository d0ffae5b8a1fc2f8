/** Generated markdown in the format of what is written by hand here. */
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { root } from './onpar.mjs';

/** @param {string} text */
export async function tidy(text) {
  const like = join(root, 'README.md');
  return format(text, { ...(await resolveConfig(like)), filepath: like });
}
