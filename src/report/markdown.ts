/**
 * The report as GitHub-flavoured Markdown, for a job summary or a pull-request comment:
 * the answer, what is red with the way back, then the tables; everything that held is folded away.
 */
import { about, absence, columnsOf, remarkOf, warningsOf } from './cells.ts';
import * as format from './format.ts';
import type { Report, VerdictRow } from './report.generated.ts';
import { openVerdicts, unbaselinedWords, warningsIn } from './undecided.ts';
import * as view from './view.ts';
import type { Column } from './table.ts';
import type { ModelView, Row } from './view.ts';

export function renderMarkdown(report: Report): string {
  const verdicts = view.worstFirst(report.verdicts);
  const reds = verdicts.filter((verdict) => verdict.red);
  const { alone, unbaselined } = openVerdicts(report);
  const moved = [...alone, ...verdicts.filter((v) => !v.red && view.isMove(v.verdict))];
  const blocks = [
    `## ${report.summary.exitCode === 0 ? '✓' : '✗'} ${view.conclusion(report)}`,
    escape(view.headline(report)),
    ...report.summary.problems.map((problem) => `**✗ run**: ${escape(problem)}`),
    ...reds.map(redBlock),
    [
      ...warningsIn(report).map((warning) => `- ! ${escape(warning)}`),
      ...moved.map(line),
      ...(unbaselined.length > 0 ? [`- ! unbaselined · ${escape(unbaselinedWords(unbaselined, report))}`] : []),
    ].join('\n'),
    ...view.viewModels(report).map((model) => table(model, reds.length > 0)),
    footer(report),
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

function redBlock(verdict: VerdictRow): string {
  const commands = [`${verdict.replay}  # replay`, ...(verdict.accept === null ? [] : [`${verdict.accept}  # accept`])];
  // A fence longer than any in the text, so that no command can end it.
  const fence = '`'.repeat(
    Math.max(3, ...commands.flatMap((text) => (text.match(/`+/g) ?? []).map((run) => run.length + 1))),
  );
  return [
    `### ✗ ${escape(verdict.metric)} · ${escape(verdict.title)}`,
    ...verdict.sentences.map((text) => `- ${escape(text)}`),
    `\n${fence}sh\n${commands.map((text) => text.replaceAll(/[\r\n]+/g, ' ')).join('\n')}\n${fence}`,
  ].join('\n');
}

function line(verdict: VerdictRow): string {
  const { glyph, word } = format.mark(verdict.verdict);
  const why = verdict.sentences.length === 0 ? '' : `: ${escape(verdict.sentences.join('; '))}`;
  return `- ${glyph} ${escape(word)} · ${escape(verdict.metric)} · ${escape(verdict.title)}${why}`;
}

function table(model: ModelView, folded: boolean): string {
  const said = ({ cell }: Column<Row>): boolean => model.rows.some((row) => cell(row).parts[0] !== '—');
  const columns = columnsOf(model).filter(said);
  const head = ['', ...columns.map((column) => column.head)];
  const rows = model.rows.map((row) => {
    const remark = remarkOf(row);
    const texts = remark === null ? columns.map((column) => column.cell(row)) : [remark];
    return [view.rowName(row), ...texts.map((cell) => [cell.glyph ?? '', ...cell.parts].filter(Boolean).join(' '))];
  });
  const absent = model.absent.map((backend) => [backend.id, absence(backend).parts.join(' -> ')]);
  const worst = format.glyphOf(format.mark(format.worstOf(model.rows.map((row) => row.verdict))).tone);
  const lines = [head, head.map((_, at) => (at === 0 ? '---' : ':--')), ...rows, ...absent].map((cells, at) => {
    const padded = head.map((_, column) => cells[column] ?? '');
    return `| ${padded.map((text) => (at === 1 ? text : escape(text))).join(' | ')} |`;
  });
  const open = folded && worst !== '✗' ? '' : ' open';
  const summary = `<summary>${worst} <b>${escape(model.model.id)}</b> ${escape(about(model))}</summary>`;
  const warnings = warningsOf(model).map((text) => `- ! ${escape(text)}`);
  return [`<details${open}>${summary}`, lines.join('\n'), warnings.join('\n'), '</details>']
    .filter(Boolean)
    .join('\n\n');
}

function footer(report: Report): string {
  const { machine, commit } = report;
  const parts = [
    `onpar ${report.onpar}`,
    ...(commit === null ? [] : [`commit ${commit.slice(0, 10)}`]),
    `${machine.cpu}, ${format.plural(machine.cores, 'core')}`,
    `Node ${machine.node.replace(/^v/, '')}`,
    format.elapsed(report.seconds),
    report.command,
  ];
  return `<sub>(x): against the fastest right answer at full precision, equal threads and batch · ${parts.map(escape).join(' · ')}</sub>`;
}

/** Names and reasons are untrusted: no markup, no table breaks, no mentions. Entities, as they hold inside <summary> too. */
export const escape = (text: string): string =>
  text.replace(/[\r\n]+/g, ' ').replace(/[&<>@#\\`*_[\]|~]/g, (character) => `&#${character.charCodeAt(0)};`);
