/**
 * The report on a terminal: one table a model, then what is red with the way back, then one line that sums up.
 * A narrow window loses whole columns, least important first; no line is ever wrapped into another.
 */
import { styleText } from 'node:util';
import * as format from './format.ts';
import type { Tone } from './format.ts';
import { painter } from './paint.ts';
import type { Report, VerdictRow } from './report.generated.ts';
import { openVerdicts, unbaselinedWords, warningsIn } from './undecided.ts';
import * as view from './view.ts';
import type { ModelView, Row } from './view.ts';
import { clip, layOut } from './table.ts';
import { about, absence, columnsOf, plain, remarkOf, warningsOf } from './cells.ts';

export interface TerminalOptions {
  readonly color: boolean;
  readonly width: number;
}

export function renderTerminal(report: Report, { color, width }: TerminalOptions): string {
  const page: Page = {
    width,
    paint: painter(color),
    bold: (text) => (color ? styleText('bold', text, { validateStream: false }) : text),
  };
  const tables = view.viewModels(report).map((model) => modelBlock(model, page));
  const blocks = [
    joined(machineFacts(report), width),
    ...tables.map(({ lines }) => lines),
    legend(tables, page),
    idleBlock(report, page),
    ...report.summary.problems.map((problem) => [page.paint('bad', '✗ run'), ...sentence(problem, width)]),
    ...report.verdicts.filter((verdict) => verdict.red).map((verdict) => redBlock(verdict, page)),
    ...warningsIn(report).map((warning) => warned('run', [warning], page)),
    undecidedBlock(report, page),
    [lastLine(report, page)],
  ].filter((lines) => lines.length > 0);
  return `${blocks.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

interface Page {
  readonly width: number;
  readonly paint: (tone: Tone, text: string) => string;
  readonly bold: (text: string) => string;
}

function machineFacts({ onpar, machine, models, backends }: Report): string[] {
  const asked = backends.filter(({ idle }) => !idle);
  const here = asked.filter(({ available }) => available).length;
  return [
    `onpar ${onpar}`,
    `${machine.cpu}, ${format.plural(machine.cores, 'core')}, ${machine.isa}`,
    `Node ${machine.node.replace(/^v/, '')}`,
    `${format.plural(models.length, 'model')}, ${here} of ${format.plural(asked.length, 'backend')}`,
  ].map(plain);
}

/** Facts on as few lines as hold them whole. */
function joined(facts: readonly string[], width: number): string[] {
  const lines: string[] = [];
  for (const fact of facts) {
    const longer = `${lines.at(-1) ?? ''} · ${fact}`;
    if (lines.length > 0 && longer.length <= width) lines[lines.length - 1] = longer;
    else lines.push(clip(fact, width));
  }
  return lines;
}

interface Block {
  readonly lines: string[];
  readonly dropped: readonly string[];
}

function modelBlock(model: ModelView, { width, paint, bold }: Page): Block {
  const { id, reference } = model.model;
  const left = plain(`${id}   ${about(model)}`).trimEnd();
  const right = reference === null ? '' : plain(`reference: ${reference}`);
  const gap = width - left.length - right.length;
  const title = gap >= 3 ? `${left}${' '.repeat(gap)}${right}` : clip(left, width);
  const rows = model.rows.map((row, at) => ({
    label: plain(rowLabel(row, model.rows[at - 1])),
    row,
    remark: remarkOf(row),
  }));
  const absent = model.absent.map((one) => ({ label: plain(one.id), row: null, remark: absence(one) }));
  const body = layOut([...rows, ...absent], columnsOf(model), width, paint);
  const warnings = warningsOf(model).map((text) => paint('unsure', clip(`  ! ${text}`, width)));
  return { lines: [title.trimEnd().replace(id, bold), ...body.lines, ...warnings], dropped: body.dropped };
}

/** A backend is named once; what else it ran stands below it. */
function rowLabel(row: Row, above: Row | undefined): string {
  const told = [...row.tags, ...(row.threadsTag === null ? [] : [row.threadsTag])];
  return above?.backend === row.backend
    ? `  ${told.length === 0 ? row.artifact : told.join('  ')}`
    : [row.backend, ...told].join('  ');
}

function legend(tables: readonly Block[], { width, paint }: Page): string[] {
  const dropped = [
    ...new Set(tables.flatMap((table) => table.dropped.map((head) => head.replace(/^.* a call, /, '')))),
  ];
  const ratios = tables.some(({ lines }) => lines.some((line) => /\([\d.\u202f]+x\)/.test(line)));
  return [
    ...(ratios
      ? [clip('(x): against the fastest right answer at full precision, equal threads and batch', width)]
      : []),
    ...(tables.some(({ lines }) => lines.some((line) => line.includes('inputs/s')))
      ? [clip('inputs/s: at the largest batch', width)]
      : []),
    ...(dropped.length > 0 ? [clip(`not shown at this width: ${dropped.join(', ')}`, width)] : []),
  ].map((line) => paint('absent', line));
}

function idleBlock(report: Report, { width, paint }: Page): string[] {
  const words = view.idleWords(report);
  return words === null ? [] : sentence(`· ${words}`, width + 4).map((line) => paint('absent', line.slice(4)));
}

function redBlock(verdict: VerdictRow, { width, paint, bold }: Page): string[] {
  return [
    `${paint('bad', `✗ ${plain(verdict.metric).padEnd(8)}`)} ${bold(plain(verdict.title))}`,
    ...verdict.sentences.flatMap((text) => sentence(text, width)),
    // Never wrapped or cut: these lines are there to be pasted.
    `  replay   ${plain(verdict.replay)}`,
    ...(verdict.accept === null ? [] : [`  accept   ${plain(verdict.accept)}`]),
  ];
}

function undecidedBlock(report: Report, page: Page): string[] {
  const { alone, unbaselined } = openVerdicts(report);
  return [
    ...alone.slice(0, 5).flatMap((v) => warned(`${v.metric.padEnd(8)} ${v.title} · ${v.verdict}`, v.sentences, page)),
    ...(alone.length > 5 ? [`  and ${format.count(alone.length - 5)} more like these`] : []),
    ...(unbaselined.length > 0 ? warned('unbaselined', [unbaselinedWords(unbaselined, report)], page) : []),
  ];
}

/** What is undecided is told whole: its last sentence is what would settle it. */
const warned = (title: string, sentences: readonly string[], { width, paint }: Page): string[] => [
  paint('unsure', clip(plain(`! ${title}`), width)),
  ...sentences.flatMap((text) => sentence(text, width)),
];

function lastLine(report: Report, { width, paint }: Page): string {
  const good = report.summary.exitCode === 0;
  const ending = view.conclusion(report);
  const plainRed = report.summary.exitCode === 1 && report.summary.red > 0;
  const text = plainRed ? view.headline(report) : `${ending}. ${view.headline(report)}`;
  const took = format.elapsed(report.seconds);
  const gap = Math.max(2, width - text.length - took.length);
  const glued = text.length + took.length + 2 > width ? text : `${text}${' '.repeat(gap)}${took}`;
  return paint(good ? 'good' : 'bad', plain(glued));
}

/** At its spaces; a command at its end stays whole, so that it can be pasted. */
function sentence(text: string, width: number): string[] {
  const lines: string[] = [];
  const [, words = '', command] = /^(.*?)(?: (npx onpar gate replay .*))?$/s.exec(plain(text)) ?? [];
  for (const word of [...words.split(' '), ...(command === undefined ? [] : [command])]) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width - 4) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(lines.length === 0 ? word : `  ${word}`);
  }
  return lines.map((line) => `    ${line}`);
}
