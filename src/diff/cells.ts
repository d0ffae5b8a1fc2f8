/** A diff in words, the same on a terminal, in Markdown and on a page: a cell a column, what stands under a row, and what has a sentence of its own. */
import { change, ends, percent } from '../judge/words.ts';
import { plain } from '../report/cells.ts';
import * as format from '../report/format.ts';
import type { Tone } from '../report/format.ts';
import type { Cell, Column } from '../report/table.ts';
import type { Accuracy, Column as ColumnName, Diff, Latency, Move, Parity, Row, Size } from './diff.generated.ts';
import { movesOf } from './moves.ts';
import type { Moved } from './moves.ts';

export const tones: Readonly<Record<Move, Tone>> = {
  same: 'good',
  within: 'good',
  better: 'good',
  worse: 'bad',
  undecided: 'unsure',
  none: 'absent',
};

/** Against the base, then against the anchor where there is one. */
export const diffsOf = (diff: Diff): readonly Diff[] => [diff, ...(diff.anchor === undefined ? [] : [diff.anchor])];

/** What the exit code is of, and what stands above all of it: the base, or the anchor where only that is red. */
export const worstOf = (diff: Diff): Diff => diffsOf(diff).find(({ summary }) => summary.exitCode !== 0) ?? diff;

/** The answer. */
export function headline({ summary: { worse, undecided, better, within, compared } }: Diff): string {
  if (compared === 0) return 'nothing was compared';
  const parts = [
    ...(worse > 0 ? [`${worse} for the worse`] : []),
    ...(undecided > 0 ? [`${undecided} undecided`] : []),
    ...(better > 0 ? [`${better} for the better`] : []),
  ];
  if (parts.length > 0) return `moved: ${parts.join(', ')}`;
  return within > 0 ? 'nothing moved beyond what is allowed' : 'nothing moved';
}

/** Of how many. */
export function tally({ summary: { compared, notCompared } }: Diff): string {
  if (compared === 0) return format.plural(notCompared, 'case');
  return `${format.plural(compared, 'case')} compared${notCompared > 0 ? `, ${notCompared} not compared` : ''}`;
}

export const conclusion = (diff: Diff): string => `${headline(diff)} (${tally(diff)})`;

/** What has a sentence of its own. Rows say themselves why they were not compared; of columns each reason is told once. */
export function toldOf({ cases }: Diff): readonly Moved[] {
  const all = movesOf(cases).filter(({ move, column }) => move !== 'within' && (move !== 'none' || column !== 'case'));
  const reasons = new Map<string, Moved[]>();
  for (const each of all.filter(({ move }) => move === 'none')) {
    const key = `${each.column} ${each.sentence}`;
    reasons.set(key, [...(reasons.get(key) ?? []), each]);
  }
  const grouped = [...reasons.values()].flatMap(([first, ...more]) => {
    if (first === undefined) return [];
    const subject = more.length === 0 ? first.subject : `${first.subject} and ${more.length} more`;
    return [{ ...first, subject }];
  });
  return [...all.filter(({ move }) => move !== 'none'), ...grouped];
}

export const remarkOf = ({ remark }: Row): Cell => {
  const tone = tones[remark?.move ?? 'none'];
  return { parts: [`${format.glyphOf(tone)} ${plain(remark?.sentence ?? '')}`], tone };
};

export const textOf = ({ parts }: Cell): string => parts.join(' ').trim();

export function columnsOf(names: readonly ColumnName[]): readonly Column<Row>[] {
  const all: readonly (Column<Row> & { readonly name: ColumnName })[] = [
    { name: 'parity', head: 'parity', keep: 0, cell: ({ parity }) => cellOf(parity, parityText) },
    { name: 'accuracy', head: 'accuracy', keep: 1, cell: ({ accuracy }) => cellOf(accuracy, accuracyText) },
    { name: 'size', head: 'size', keep: 3, cell: ({ size }) => cellOf(size, sizeText) },
    { name: 'latency', head: 'latency', keep: 2, cell: ({ latency }) => cellOf(latency, latencyText) },
  ];
  return all.filter(({ name }) => names.includes(name));
}

/** `=` where nothing differs. */
function cellOf<C extends { readonly move: Move }>(found: C | null, text: (cell: C) => string): Cell {
  if (found === null) return { parts: ['—'] };
  const tone = tones[found.move];
  const said = text(found);
  if (found.move === 'same') return { parts: [said === '' ? '=' : `= ${said}`], tone };
  return { parts: [`${format.glyphOf(tone)} ${said}`.trim()], tone };
}

const parityText = ({ move, maxAbs, flips }: Parity): string => {
  if (maxAbs === null) return move === 'same' ? '' : 'not compared';
  if (move === 'same') return 'bit-equal';
  const flipped = flips === null || flips.count === 0 ? '' : `, ${flips.count}/${flips.n} flip`;
  return `${format.significant(maxAbs, 2)}${flipped}`;
};

function accuracyText({ move, n, images, base, new: after, flips }: Accuracy): string {
  if (n === null || images === null || base === null || after === null) return move === 'same' ? '' : 'not compared';
  const share = (right: number): string => ((right / n) * 100).toFixed(1);
  const some = n < images ? `  n=${format.count(n)}` : '';
  if (move === 'same') return `${share(after)} %${some}`;
  const shares = share(base) === share(after) ? share(after) : `${share(base)} -> ${share(after)}`;
  return `${shares} %, ${format.plural(flips ?? 0, 'flip')}${some}`;
}

const sizeText = ({ move, base, new: after }: Size): string =>
  move === 'same' ? '' : `${signedSize(after - base)} (${change(after / base)})`;

export function latencyText({ move, verdict, ratio, interval, tail }: Latency): string {
  if (verdict === null || ratio === null || interval === null)
    return move === 'same' ? '' : (verdict ?? 'not measured');
  if (tail !== null) return `slower ${percent(tail.ratio - 1)} ${ends(tail.interval, 'up')} in the tail`;
  if (verdict === 'slower') return `slower ${percent(ratio - 1)} ${ends(interval, 'up')}`;
  if (verdict === 'faster') return `faster ${percent(1 - ratio)} ${ends(interval, 'down')}`;
  return `${verdict} ${change(ratio)}${verdict === 'steady' ? `, at most ${change(interval.high)}` : ''}`;
}

export const runtimeLabel = 'runtime, installed';

/** Told, not judged: nobody's model is heavier for it. */
export function runtimeText({ packages, base, new: after }: NonNullable<Diff['runtime']>): string {
  const share = base === 0 ? 'new' : change(after / base);
  const moved = after === base ? `= ${format.size(after)}` : `${signedSize(after - base)} (${share})`;
  return `${moved}: ${packages.join(', ')}`;
}

const signedSize = (bytes: number): string => `${bytes > 0 ? '+' : '-'}${format.size(Math.abs(bytes))}`;
