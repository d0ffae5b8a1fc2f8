/** A diff for people: a table with a row a case and a column a question, then what moved with its sentence; on a terminal and as Markdown. */
import { plain } from '../report/cells.ts';
import * as format from '../report/format.ts';
import { escape } from '../report/markdown.ts';
import { painter } from '../report/paint.ts';
import { layOut } from '../report/table.ts';
import type { Line } from '../report/table.ts';
import { columnsOf, conclusion, diffsOf, remarkOf, runtimeLabel, runtimeText, textOf, toldOf, tones } from './cells.ts';
import type { Diff, Row } from './diff.generated.ts';

export interface DiffPage {
  readonly color: boolean;
  readonly width: number;
}

export const renderDiff = (diff: Diff, page: DiffPage): string =>
  diffsOf(diff)
    .map((each) => renderOne(each, page))
    .join('\n');

function renderOne(diff: Diff, { color, width }: DiffPage): string {
  const paint = painter(color);
  const { lines, dropped } = layOut(linesOf(diff), columnsOf(diff.columns), width, paint);
  const told = toldOf(diff).flatMap(({ subject, column, move, sentence, replay }) => [
    paint(tones[move], plain(`${format.glyphOf(tones[move])} ${column.padEnd(8)} ${subject}: ${sentence}`)),
    ...(replay === null ? [] : [`    replay   ${plain(replay)}`]),
  ]);
  const blocks = [
    [plain(`what moved from ${diff.base} to ${diff.new}`)],
    [...lines, ...(dropped.length > 0 ? [paint('absent', `not shown at this width: ${dropped.join(', ')}`)] : [])],
    told,
    [paint(diff.summary.exitCode === 0 ? 'good' : 'bad', `${conclusion(diff)}   ${format.elapsed(diff.seconds)}`)],
  ];
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n')}\n`;
}

/** For a pull request. */
export const diffMarkdown = (diff: Diff): string => diffsOf(diff).map(markdownOf).join('\n');

function markdownOf(diff: Diff): string {
  const shown = columnsOf(diff.columns);
  const head = ['case', ...shown.map((column) => column.head)];
  const rows = diff.cases.map((row) => {
    const cells = row.remark === null ? shown.map((column) => textOf(column.cell(row))) : [textOf(remarkOf(row))];
    return [row.case, ...head.slice(1).map((_, at) => cells[at] ?? '')];
  });
  const beside = [
    ...diff.cases.flatMap(({ case: id, graph }) =>
      graph?.sentence ? [`- ${escape(id)}: ${escape(graph.sentence)}`] : [],
    ),
    ...(diff.runtime === null ? [] : [`- ${runtimeLabel}: ${escape(runtimeText(diff.runtime))}`]),
  ];
  const told = toldOf(diff).map(
    ({ subject, column, move, sentence }) =>
      `- ${format.glyphOf(tones[move])} **${column}** ${escape(subject)}: ${escape(sentence)}`,
  );
  const blocks = [
    `## ${diff.summary.exitCode === 0 ? '✓' : '✗'} ${escape(conclusion(diff))}`,
    `What moved from ${escape(diff.base)} to ${escape(diff.new)}:`,
    [line(head), line(head.map(() => '---')), ...rows.map((cells) => line(cells.map(escape)))].join('\n'),
    [...told, ...beside].join('\n'),
    `<sub>onpar ${escape(diff.onpar)} · ${escape(diff.command)} · ${format.elapsed(diff.seconds)}</sub>`,
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

/** A model is named once, above its cases; what its runtime made of a case stands below it. */
const linesOf = ({ cases, runtime }: Diff): readonly Line<Row>[] => [
  ...cases.flatMap((row, at) => [
    ...(cases[at - 1]?.model === row.model ? [] : [spanning(row.model, null)]),
    { label: plain(`  ${row.artifact}/${row.backend}`), row, remark: row.remark === null ? null : remarkOf(row) },
    ...(row.graph?.sentence ? [spanning('', row.graph.sentence)] : []),
  ]),
  ...(runtime === null ? [] : [spanning(runtimeLabel, runtimeText(runtime))]),
];

const spanning = (label: string, text: string | null): Line<Row> => ({
  label: plain(label),
  row: null,
  remark: text === null ? null : { parts: [plain(text)], tone: 'absent' },
});
