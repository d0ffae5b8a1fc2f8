/** What does batching buy? Latency and throughput against batch, both log, labelled at the line's end; the knee is ringed and said. */
import { count, significant } from '../format.ts';
import { anchor, markup, type Markup } from '../markup.ts';
import type { ModelView, Row } from '../view.ts';
import { dodge, logScale, share } from './scale.ts';
import { tickTime } from './fastest.ts';

export function batching(model: ModelView): Markup | null {
  const series = model.rows
    .filter((row) => row.threads === model.threads)
    .map((row) => ({ name: [row.backend, ...row.tags].join(' '), points: pointsOf(row) }))
    .filter(({ points }) => points.length > 1)
    .toSorted((a, b) => rate(b) - rate(a))
    // More lines than labels fit beside the plot would be a tangle, not a chart.
    .slice(0, 10)
    .map((one, index) => ({ ...one, index }));
  if (series.length === 0) return null;
  const panels = [
    { title: 'Latency, a call', value: (p: Point) => p.seconds, tick: tickTime, id: 'latency' },
    {
      title: 'Throughput, inputs a second',
      value: (p: Point) => p.batch / p.seconds,
      tick: countTick,
      id: 'throughput',
    },
  ];
  return markup`<div class="pair">${panels.map((panel) => figure(model, series, panel))}</div><ul class="notes">${series.map(knee)}</ul>`;
}

interface Point {
  readonly batch: number;
  readonly seconds: number;
}

interface Series {
  readonly name: string;
  readonly points: readonly Point[];
  readonly index: number;
}

interface Panel {
  readonly title: string;
  readonly id: string;
  readonly value: (point: Point) => number;
  readonly tick: (value: number) => string;
}

const height = 230;
const bottom = height - 22;

const pointsOf = (row: Row): Point[] =>
  row.cases.flatMap(({ batch, latency }) =>
    latency.steady === null || latency.steady <= 0 ? [] : [{ batch, seconds: latency.steady }],
  );

const rate = ({ points }: { readonly points: readonly Point[] }): number =>
  Math.max(...points.map((p) => p.batch / p.seconds));

const countTick = (value: number): string =>
  value >= 100 ? count(Math.round(value)) : String(Number(value.toPrecision(2)));

/** The smallest batch that gives nine tenths of the best throughput: beyond it a batch buys waiting, not work. */
const kneeOf = (series: Series): Point | undefined =>
  series.points.find((p) => p.batch / p.seconds >= 0.9 * rate(series));

function knee(series: Series): Markup {
  const found = kneeOf(series);
  const last = series.points.at(-1);
  const best = countTick(rate(series));
  if (found === undefined || found === last)
    return markup`<li><b>${series.name}</b> still gains at batch ${last?.batch ?? 0}: ${best} inputs/s</li>`;
  const reached = Math.round((100 * found.batch) / found.seconds / rate(series));
  return markup`<li><b>${series.name}</b> knee at batch ${found.batch}: ${reached} % of the best ${best} inputs/s</li>`;
}

function figure(model: ModelView, series: readonly Series[], panel: Panel): Markup {
  const scale = logScale(
    series.flatMap(({ points }) => points.map(panel.value)),
    1.25,
  );
  const y = (value: number): number => bottom - scale.at(value) * (bottom - 12);
  const batches = [...new Set(series.flatMap(({ points }) => points.map((p) => p.batch)))].toSorted((a, b) => a - b);
  const across = logScale(batches, 1);
  const x = (batch: number): string => share(0.06 + 0.92 * across.at(batch));
  const id = `${anchor(model.model.id)}-${panel.id}`;
  const ends = series.map(({ points }) => y(panel.value(points.at(-1) ?? { batch: 1, seconds: 1 })));
  const spots = dodge(ends, 15, 10, bottom);
  return markup`<figure class="lines"><figcaption>${panel.title} <small>log scales</small></figcaption><div><svg height="${height}" aria-hidden="true">${scale.ticks.map((tick) => markup`<text x="44" y="${(y(tick) + 4).toFixed(1)}" text-anchor="end">${panel.tick(tick)}</text>`)}</svg><svg height="${height}" role="img" aria-labelledby="${id}-t ${id}-d"><title id="${id}-t">${model.model.id}: ${panel.title} against batch</title><desc id="${id}-d">${series.map((one) => describe(one, panel))}</desc>
${scale.ticks.map((tick) => markup`<line class="grid" x1="0" x2="100%" y1="${y(tick).toFixed(1)}" y2="${y(tick).toFixed(1)}"/>`)}
${batches.map((batch) => markup`<text x="${x(batch)}" y="${height - 6}" text-anchor="middle">${batch === batches[0] ? 'batch ' : ''}${batch}</text>`)}
${series.map((one) => path(one, x, (point) => y(panel.value(point)), panel.id === 'throughput'))}</svg>
<svg class="names" height="${height}" aria-hidden="true">${series.map((one, at) => markup`<g class="s${one.index % 7}"><path d="M0 ${(ends[at] ?? 0).toFixed(1)}L12 ${(spots[at] ?? 0).toFixed(1)}"/><text x="16" y="${((spots[at] ?? 0) + 4).toFixed(1)}">${one.name}</text></g>`)}</svg></div></figure>`;
}

function path(series: Series, x: (batch: number) => string, y: (point: Point) => number, ringed: boolean): Markup {
  const spots = series.points.map((point) => ({ point, cx: x(point.batch), cy: y(point).toFixed(1) }));
  const found = kneeOf(series);
  const ring = !ringed || found === series.points.at(-1) ? undefined : spots.find(({ point }) => point === found);
  const end = spots.at(-1);
  return markup`<g class="s${series.index % 7}"><line class="lead" x1="${end?.cx ?? 0}" x2="100%" y1="${end?.cy ?? 0}" y2="${end?.cy ?? 0}"/>${spots.slice(1).map((to, at) => markup`<line x1="${spots[at]?.cx ?? 0}" y1="${spots[at]?.cy ?? 0}" x2="${to.cx}" y2="${to.cy}"/>`)}${spots.map(({ cx, cy }) => markup`<circle cx="${cx}" cy="${cy}" r="3"/>`)}${ring === undefined ? null : markup`<circle class="ring" cx="${ring.cx}" cy="${ring.cy}" r="7"><title>knee: ${series.name}, batch ${ring.point.batch}</title></circle>`}</g>`;
}

const describe = (series: Series, panel: Panel): string =>
  `${series.name}: ${series.points.map((p) => `batch ${p.batch} ${significant(panel.value(p))}`).join(', ')}. `;
