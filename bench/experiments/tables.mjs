/** The five experiments, as published: one file each, with what is claimed of it and what stands for it here. */
import { readFileSync } from 'node:fs';

export const letters = ['A', 'B', 'C', 'D', 'E'];

/** @param {string} letter */
export const readTable = (letter) =>
  JSON.parse(readFileSync(new URL(`tables/${letter.toLowerCase()}.json`, import.meta.url), 'utf8'));
