/** onpar and every peer on the same windows: at its default, at its best protocol, and with its knob turned until it alarms as often as onpar does. */
import { peers } from '../peers/all.mjs';
import { replays, slowed } from './effects.mjs';
import { decide, fixedWindows, lookedAt } from './ours.mjs';

/**
 * @typedef {{ name: string, kind: 'unchanged' | 'replayed' | 'work', windows: readonly any[] }} Column
 * @typedef {{ tool: string, view: string, what: string, cells: readonly { alarms: number, n: number }[] }} Row
 */

/** @param {readonly import('./bank.mjs').Entry[]} entries of one class, pinned @returns {readonly Column[]} */
export function columnsOf(entries) {
  const windows = (work, change = (looked) => looked) =>
    entries.filter((entry) => entry.work === work).flatMap((entry) => fixedWindows(change(entry)));
  const works = [...new Set(entries.map(({ work }) => work))].filter((work) => work !== 'same').toSorted(byName);
  return [
    { name: 'same', kind: 'unchanged', windows: windows('same') },
    ...replays.map(({ name, by, apply }) => ({
      name,
      kind: 'replayed',
      windows: windows('same', ({ pairs }) => lookedAt(by === null ? apply(pairs) : slowed(pairs, by))),
    })),
    ...works.map((work) => ({ name: nameOf(work), kind: 'work', windows: windows(work) })),
  ].filter(({ windows: { length } }) => length > 0);
}

const byName = (a, b) => a.localeCompare(b, 'en', { numeric: true });

/** `slower-2` is +2 % of work. @param {string} work */
export const nameOf = (work) => work.replace(/^slower-(.*)$/, '+$1 %');

/** @param {readonly Column[]} columns @returns {readonly Row[]} */
export function compareAll(columns) {
  const ours = columns.map(({ windows }) => windows.map(({ channels, pairs }) => isSlower(channels, pairs)));
  return [
    { tool: 'onpar', view: 'default', what: 'sequential plan on process pairs', cells: ours.map(count) },
    ...peers.flatMap((peer) => rowsOf(peer, columns, ours[0])),
  ];
}

const isSlower = (channels, pairs) => decide(channels, undefined, pairs).verdict === 'slower';

function rowsOf({ name: tool, knob, protocols }, columns, ours) {
  const scored = Object.fromEntries(
    Object.entries(protocols).map(([view, { score }]) => [
      view,
      columns.map(({ windows }) => windows.map(({ pairs }) => score(pairs))),
    ]),
  );
  const plain = Object.entries(protocols).map(([view, { what, threshold }]) => ({
    tool,
    view,
    what,
    cells: scored[view].map((scores) => count(scores.map((score) => score > threshold))),
  }));
  return [
    ...plain,
    {
      tool,
      view: 'calibrated',
      what: `as best, ${knob} set for as many false alarms as onpar`,
      cells: calibrated(scored.best, ours),
    },
  ];
}

const count = (alarms) => ({ alarms: alarms.filter(Boolean).length, n: alarms.length });

/**
 * Every other window of unchanged code sets the threshold, the rest is judged by it, and the other way round. Windows of changed code
 * alternate in the same way. A threshold below zero would call faster code slower.
 * @param {readonly (readonly number[])[]} scores a column; the first is that of unchanged code @param {readonly boolean[]} ours alarms there
 */
export function calibrated(scores, ours) {
  const thresholds = [0, 1].map((half) => {
    const own = ours.filter((alarm, index) => index % 2 === half && alarm).length;
    const seen = scores[0].filter((_, index) => index % 2 === half).toSorted((a, b) => b - a);
    return Math.max(0, seen[own] ?? Infinity);
  });
  return scores.map((column) => count(column.map((score, index) => score > thresholds[1 - (index % 2)])));
}
