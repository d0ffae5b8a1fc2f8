/** What a bank should hold, and which trace comes next: the one that is furthest behind, a whole verdict's pairs at a time, so that all see the same weather. */
import { join } from 'node:path';
import { classes } from './classes.mjs';

/**
 * Pairs of each class. 200 verdicts on unchanged code use a little more than eight pairs each, 40 on code that is 1 % slower about fifteen; the
 * rest are for comparison.
 */
const targets = [
  { work: 'same', pairs: 1_800 },
  { work: 'slower-1', pairs: 720 },
  { work: 'slower-2', pairs: 400 },
  { work: 'slower-5', pairs: 360 },
  { work: 'tail', pairs: 120 },
  { work: 'bimodal', pairs: 120 },
  { work: 'same', pairs: 200, pinned: false },
  { work: 'slower-2', pairs: 100, pinned: false },
  { work: 'same', pairs: 200, hog: true },
  { work: 'slower-2', pairs: 100, hog: true },
];

/** Classes in turn. */
export const plan = targets.flatMap(({ work, pairs, pinned = true, hog = false }) =>
  Object.keys(classes).map((name) => ({ class: name, work, pinned, hog, target: pairs })),
);

/**
 * @param {string} folder of the bank @param {string} fingerprint
 * @param {{ class: string, work: string, pinned: boolean, hog: boolean, variant?: string, suite?: string }} task variant: what the product did otherwise then;
 * suite: the case, of a trace that whole suites left
 */
export const pathOf = (folder, fingerprint, { class: name, work, pinned, hog, variant, suite }) => {
  const parts = [`${name}.${work}`, !pinned && 'unpinned', hog && 'hog', variant, suite && `suite-${suite}`];
  return join(folder, fingerprint, `${parts.filter(Boolean).join('-')}.jsonl.gz`);
};

/**
 * @template {{ target: number }} T
 * @param {readonly T[]} tasks @param {(task: T) => number} recorded pairs
 * @returns {T} of several equally far behind the first
 */
export const furthestBehind = (tasks, recorded) => {
  const share = (task) => recorded(task) / task.target;
  return tasks.reduce((behind, task) => (share(task) < share(behind) ? task : behind));
};
