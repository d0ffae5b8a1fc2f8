/**
 * Lays rows out in columns of equal width. Numbers stand under each other by their decimal point;
 * when the window is too narrow the column with the greatest `keep` goes first, and the caller is told.
 */
import type { Tone } from './format.ts';

export interface Cell {
  /** Each part is a sub-column of its own: value, half-interval, ratio. */
  readonly parts: readonly string[];
  readonly tone?: Tone;
  readonly glyph?: string;
  /** Align the first part by its decimal point. */
  readonly decimal?: boolean;
}

export interface Column<R> {
  readonly head: string;
  readonly keep: number;
  readonly cell: (row: R) => Cell;
}

export interface Line<R> {
  readonly label: string;
  readonly row: R | null;
  /** Printed across all columns instead of them; its second part is a command, which is never cut. */
  readonly remark: Cell | null;
}

export interface Layout {
  readonly lines: string[];
  readonly dropped: string[];
}

type Paint = (tone: Tone, text: string) => string;

export function layOut<R>(
  rows: readonly Line<R>[],
  columns: readonly Column<R>[],
  width: number,
  paint: Paint,
): Layout {
  const labels = Math.max(0, ...rows.map((row) => row.label.length));
  // A column of dashes says nothing (a model without a data set has no accuracy).
  const measured = columns
    .map((column) => ({ column, ...fit(rows, column) }))
    .filter(({ texts }) => texts.some(({ text }) => /[^—]/.test(text)));
  const full = (kept: typeof measured): number =>
    2 + labels + kept.reduce((sum, { wide }) => sum + gap.length + wide, 0);
  let kept = measured;
  while (full(kept) > width && kept.length > 1) {
    const least = Math.max(...kept.map(({ column }) => column.keep));
    kept = kept.filter(({ column }) => column.keep !== least);
  }
  const head = `  ${' '.repeat(labels)}${kept.map(({ column, wide }) => gap + column.head.padEnd(wide)).join('')}`;
  const lines = rows.flatMap((row, index) => {
    const start = `  ${row.label.padEnd(labels)}${gap}`;
    if (row.row === null || row.remark !== null) return spanning(row.remark, start, width, paint);
    const cells = kept.map(({ texts, wide }) => {
      const { text = '', tone } = texts[index] ?? {};
      return (tone === undefined ? text : paint(tone, text)) + ' '.repeat(Math.max(0, wide - text.length));
    });
    return start + cells.join(gap);
  });
  const dropped = measured.filter((one) => !kept.includes(one)).map(({ column }) => column.head);
  return { lines: [paint('absent', head.trimEnd()), ...lines].map((line) => line.trimEnd()), dropped };
}

const gap = '  ';

function spanning(remark: Cell | null, start: string, width: number, paint: Paint): string[] {
  const [text = '', command = ''] = remark?.parts ?? [];
  const room = Math.max(1, width - start.length);
  const tinted = (line: string): string => (remark?.tone === undefined ? line : paint(remark.tone, line));
  const oneLine = command === '' ? text : `${text}  ->  ${command}`;
  if (oneLine.length <= room) return [start + tinted(oneLine)];
  return [
    start + tinted(clip(text, room)),
    ...(command === '' ? [] : [`${' '.repeat(start.length)}${tinted(`->  ${command}`)}`]),
  ];
}

/** Cut between words, so that no number loses digits. */
export function clip(text: string, width: number): string {
  if (text.length <= width) return text;
  const end = text.lastIndexOf(' ', width - 1);
  return `${text.slice(0, end > 0 ? end : Math.max(1, width - 1))}…`;
}

interface Fitted {
  readonly texts: readonly { readonly text: string; readonly tone?: Tone }[];
  readonly wide: number;
}

function fit<R>(rows: readonly Line<R>[], column: Column<R>): Fitted {
  const cells = rows.map(({ row, remark }) => (row === null || remark !== null ? null : column.cell(row)));
  const present = cells.filter((cell) => cell !== null);
  const flagged = present.some((cell) => cell.glyph !== undefined);
  const whole = Math.max(0, ...present.filter((cell) => cell.decimal).map((cell) => wholeDigits(cell.parts[0] ?? '')));
  const aligned = present.map((cell) => {
    const [first = '', ...rest] = cell.parts;
    return [cell.decimal ? ' '.repeat(whole - wholeDigits(first)) + first : first, ...rest];
  });
  const widths = Array.from({ length: Math.max(0, ...aligned.map((parts) => parts.length)) }, (_, part) =>
    // A cell of one part (a dash, a word) stands for itself and widens no sub-column.
    Math.max(...aligned.map((parts) => (parts.length > 1 ? (parts[part]?.length ?? 0) : 0))),
  );
  let next = 0;
  const texts = cells.map((cell) => {
    if (cell === null) return { text: '' };
    const parts = aligned[next++] ?? [];
    const glyph = flagged ? `${cell.glyph ?? ' '} ` : '';
    const text = (glyph + parts.map((part, at) => part.padEnd(widths[at] ?? 0)).join(' ')).trimEnd();
    return cell.tone === undefined ? { text } : { text, tone: cell.tone };
  });
  return { texts, wide: Math.max(column.head.length, ...texts.map(({ text }) => text.length)) };
}

const wholeDigits = (text: string): number => text.split('.', 1)[0]?.length ?? 0;
