/** A sweep as one page: the answer, the charts of each subject, and every point. Everything in it is untrusted text. */
import type { Assets } from '../report/assets.ts';
import { againstBatch } from '../report/charts/against-batch.ts';
import type { BatchSeries } from '../report/charts/against-batch.ts';
import * as format from '../report/format.ts';
import { anchor, markup, type Markup } from '../report/markup.ts';
import { page } from '../report/page.ts';
import { groupBy } from '../report/view.ts';
import { columnsOf, conditionsOf, headline, labelOf, remarkOf } from './columns.ts';
import type { Series, Sweep } from './sweep.generated.ts';

export function sweepHtml(sweep: Sweep, assets: Assets): string {
  const sections = [...groupBy(sweep.series, ({ subject }) => subject)].map(([subject, series]) =>
    section(subject, series),
  );
  return page(
    { title: `${headline(sweep)}: onpar sweep`, onpar: sweep.onpar, header: masthead(sweep), sections },
    assets,
  ).text;
}

function masthead(sweep: Sweep): Markup {
  const tone = sweep.summary.exitCode === 0 ? 'good' : 'bad';
  const facts = [
    ['Machine', `${sweep.machine.cpu}, ${format.plural(sweep.machine.cores, 'core')}`],
    ['Each point', conditionsOf(sweep)],
    ['Took', format.elapsed(sweep.seconds)],
  ];
  return markup`<header class="top"><div class="head"><p class="brand"><b>onpar</b> ${sweep.onpar}</p></div>
<h1 class="${tone}"><span aria-hidden="true">${format.glyphOf(tone)}</span> ${headline(sweep)}</h1>
<dl class="facts">${facts.map(([term = '', value = '']) => markup`<div><dt>${term}</dt><dd>${value}</dd></div>`)}<div><dt>Command</dt><dd><code>${sweep.command}</code></dd></div></dl></header>`;
}

function section(subject: string, series: readonly Series[]): Markup {
  const id = `sweep-${anchor(subject)}`;
  const chart = againstBatch(subject, series.map(drawn));
  const panel =
    chart === null
      ? null
      : markup`<p class="hint">A ring marks the knee, the smallest batch with 95 % of the best throughput; ✗ a size without a number.</p><div class="panel">${chart}</div>`;
  return markup`<section id="${id}" aria-labelledby="${id}-h"><h2 id="${id}-h">What does batching buy ${subject}?</h2>${panel}${series.map(table)}</section>`;
}

const drawn = ({ backend, points }: Series): BatchSeries => ({
  name: backend,
  points: points.flatMap(({ batch, steady, peakBytes }) =>
    steady === null || steady <= 0 ? [] : [{ batch, seconds: steady, bytes: peakBytes }],
  ),
  lost: points.flatMap(({ batch, outcome, reason }) =>
    outcome === 'measured' ? [] : [{ batch, why: `${outcome}: ${reason ?? ''}` }],
  ),
});

function table(series: Series): Markup {
  const { backend, version, reason, points } = series;
  const title = markup`<h3>${backend} <small>${version ?? ''}</small></h3>`;
  if (reason !== null) return markup`${title}<p class="absent">· not here: ${reason}</p>`;
  const columns = columnsOf(series).filter(({ cell }) =>
    points.some((point) => /[^—]/.test(cell(point).parts.join(''))),
  );
  const rows = points.map((point) => {
    const remark = remarkOf(point);
    const cells =
      remark === null
        ? columns.map(({ cell }) => markup`<td class="n">${cell(point).parts.filter(Boolean).join(' ')}</td>`)
        : markup`<td colspan="${Math.max(1, columns.length)}" class="${remark.tone ?? ''}">${remark.parts}</td>`;
    return markup`<tr><th scope="row">${labelOf(point, series).trim()}</th>${cells}</tr>`;
  });
  return markup`${title}<div class="scroll" tabindex="0" role="region" aria-label="${backend}"><table><thead><tr><th scope="col">batch</th>${columns.map(({ head }) => markup`<th scope="col" class="n">${head}</th>`)}</tr></thead><tbody>${rows}</tbody></table></div>`;
}
