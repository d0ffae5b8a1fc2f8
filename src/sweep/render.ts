/** A sweep on a terminal: a table a series, the knee in words, and what was lost. */
import { plain } from '../report/cells.ts';
import { kneeWords } from '../report/charts/against-batch.ts';
import * as format from '../report/format.ts';
import { painter } from '../report/paint.ts';
import { clip, layOut } from '../report/table.ts';
import { columnsOf, conditionsOf, headline, labelOf, remarkOf } from './columns.ts';
import type { Series, Sweep } from './sweep.generated.ts';

interface Page {
  readonly color: boolean;
  readonly width: number;
}

export function renderSweep(sweep: Sweep, { color, width }: Page): string {
  const paint = painter(color);
  const blocks = [
    [
      clip(
        plain(`batch ${sweep.sizes[0]} to ${sweep.sizes.at(-1)} on ${sweep.machine.cpu}: ${conditionsOf(sweep)}`),
        width,
      ),
    ],
    ...sweep.series.map((series) => block(series, width, paint)),
    [paint(sweep.summary.exitCode === 0 ? 'good' : 'bad', `${headline(sweep)}   ${format.elapsed(sweep.seconds)}`)],
  ];
  return `${blocks.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function block(series: Series, width: number, paint: ReturnType<typeof painter>): string[] {
  const { subject, backend, version, reason, points, knee, changing } = series;
  const title = plain([subject, 'on', backend, version ?? ''].join(' ')).trimEnd();
  if (reason !== null) return [title, paint('absent', `  · not here: ${plain(reason)}`)];
  const lines = points.map((point) => ({ label: labelOf(point, series), row: point, remark: remarkOf(point) }));
  const table = layOut(lines, columnsOf(series), width, paint);
  return [
    title,
    ...table.lines,
    ...(knee === null ? [] : [`  ${kneeWords(knee)}`]),
    ...(changing?.length === 0 ? ['  changing sizes: fewer than two were measured, or the session died'] : []),
    ...(table.dropped.length > 0 ? [paint('absent', `  not shown at this width: ${table.dropped.join(', ')}`)] : []),
  ];
}
