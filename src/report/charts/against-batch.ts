/** Quantities against batch size, both axes log: a line a series, labelled at its end; the knee is ringed and said, what has no number is crossed. */
import { kneeOf } from '../../stats/knee.ts';
import type { Knee } from '../../stats/knee.ts';
import { count, glyphOf, ratio, significant } from '../format.ts';
import { anchor, markup, type Markup } from '../markup.ts';
import { dodge, logScale, share } from './scale.ts';
import { tickTime } from './fastest.ts';

export interface Point {
  readonly batch: number;
  readonly seconds: number;
  /** Peak resident memory; null where it is not shown. */
  readonly bytes: number | null;
}

export interface BatchSeries {
  readonly name: string;
  /** Ascending batch, never empty. */
  readonly points: readonly Point[];
  /** Sizes without a number, and why. */
  readonly lost: readonly { readonly batch: number; readonly why: string }[];
}

type Series = BatchSeries & { readonly index: number; readonly knee: Knee | null };

interface Panel {
  readonly title: string;
  readonly id: string;
  readonly value: (point: Point) => number;
  readonly tick: (value: number) => string;
}

/** Null where no series has a line. */
export function againstBatch(name: string, all: readonly BatchSeries[]): Markup | null {
  const series = all
    .filter(({ points }) => points.length > 1)
    .toSorted((a, b) => best(b) - best(a))
    // More lines than labels fit beside the plot would be a tangle, not a chart.
    .slice(0, 10)
    .map((one, index) => ({ ...one, index, knee: kneeOf(one.points.map((p) => ({ ...p, throughput: rate(p) }))) }));
  if (series.length === 0) return null;
  const weighed = series.every(({ points }) => points.every(({ bytes }) => bytes !== null));
  const panels = weighed ? [latency, throughput, memory] : [latency, throughput];
  return markup`<div class="pair">${panels.map((panel) => figure(name, series, panel))}</div><ul class="notes">${series.map(
    (one) => markup`<li><b>${one.name}</b> ${one.knee === null ? '' : kneeWords(one.knee)}</li>`,
  )}</ul>`;
}

/** The knee in words, the same on a terminal. */
export function kneeWords({ batch, throughput: found, share: reached, gain, passed }: Knee): string {
  const gained = gain === null || batch === 1 ? '' : `, ${ratio(gain)} batch 1`;
  if (!passed) return `still gains at batch ${batch}: ${countTick(found)} inputs/s${gained}`;
  return `knee at batch ${batch}: ${Math.round(100 * reached)} % of the best ${countTick(found / reached)} inputs/s${gained}`;
}

const rate = ({ batch, seconds }: Point): number => batch / seconds;
const best = ({ points }: BatchSeries): number => Math.max(...points.map(rate));

export const countTick = (value: number): string =>
  value >= 100 ? count(Math.round(value)) : String(Number(value.toPrecision(2)));

const latency: Panel = { title: 'Latency, a call', id: 'latency', value: ({ seconds }) => seconds, tick: tickTime };
const throughput: Panel = { title: 'Throughput, inputs a second', id: 'throughput', value: rate, tick: countTick };
const memory: Panel = {
  title: 'Peak resident memory, MiB',
  id: 'memory',
  value: ({ bytes }) => (bytes ?? 0) / 2 ** 20,
  tick: countTick,
};

const height = 230;
const bottom = height - 22;

function figure(name: string, series: readonly Series[], panel: Panel): Markup {
  const scale = logScale(
    series.flatMap(({ points }) => points.map(panel.value)),
    1.25,
  );
  const y = (value: number): number => bottom - scale.at(value) * (bottom - 12);
  const batches = [
    ...new Set(series.flatMap(({ points, lost }) => [...points, ...lost].map(({ batch }) => batch))),
  ].toSorted((a, b) => a - b);
  const across = logScale(batches, 1);
  const x = (batch: number): string => share(0.06 + 0.92 * across.at(batch));
  const id = `${anchor(name)}-${panel.id}`;
  const ends = series.map(({ points }) => y(panel.value(points.at(-1) ?? { batch: 1, seconds: 1, bytes: 1 })));
  const spots = dodge(ends, 15, 10, bottom);
  return markup`<figure class="lines"><figcaption>${panel.title} <small>log scales</small></figcaption><div><svg height="${height}" aria-hidden="true">${scale.ticks.map((tick) => markup`<text x="44" y="${(y(tick) + 4).toFixed(1)}" text-anchor="end">${panel.tick(tick)}</text>`)}</svg><svg height="${height}" role="img" aria-labelledby="${id}-t ${id}-d"><title id="${id}-t">${name}: ${panel.title} against batch</title><desc id="${id}-d">${series.map((one) => describe(one, panel))}</desc>
${scale.ticks.map((tick) => markup`<line class="grid" x1="0" x2="100%" y1="${y(tick).toFixed(1)}" y2="${y(tick).toFixed(1)}"/>`)}
${batches.map((batch) => markup`<text x="${x(batch)}" y="${height - 6}" text-anchor="middle">${batch === batches[0] ? 'batch ' : ''}${batch}</text>`)}
${series.map((one) => path(one, x, (point) => y(panel.value(point)), panel.id === 'throughput'))}</svg>
<svg class="names" height="${height}" aria-hidden="true">${series.map((one, at) => markup`<g class="s${one.index % 7}"><path d="M0 ${(ends[at] ?? 0).toFixed(1)}L12 ${(spots[at] ?? 0).toFixed(1)}"/><text x="16" y="${((spots[at] ?? 0) + 4).toFixed(1)}">${one.name}</text></g>`)}</svg></div></figure>`;
}

function path(series: Series, x: (batch: number) => string, y: (point: Point) => number, ringed: boolean): Markup {
  const spots = series.points.map((point) => ({ point, cx: x(point.batch), cy: y(point).toFixed(1) }));
  const ring = ringed ? spots.find(({ point }) => isKnee(series, point.batch)) : undefined;
  const end = spots.at(-1);
  // Beside each other where several series lost the same size.
  const crosses = series.lost.map(
    ({ batch, why }) =>
      markup`<text class="lost" x="${x(batch)}" dx="${series.index * 9 - 4}" y="${bottom - 4}"><title>${series.name}, batch ${batch}: ${why}</title>${glyphOf('bad')}</text>`,
  );
  return markup`<g class="s${series.index % 7}"><line class="lead" x1="${end?.cx ?? 0}" x2="100%" y1="${end?.cy ?? 0}" y2="${end?.cy ?? 0}"/>${spots.slice(1).map((to, at) => markup`<line x1="${spots[at]?.cx ?? 0}" y1="${spots[at]?.cy ?? 0}" x2="${to.cx}" y2="${to.cy}"/>`)}${spots.map(({ cx, cy }) => markup`<circle cx="${cx}" cy="${cy}" r="3"/>`)}${crosses}${ring === undefined ? null : markup`<circle class="ring" cx="${ring.cx}" cy="${ring.cy}" r="7"><title>knee: ${series.name}, batch ${ring.point.batch}</title></circle>`}</g>`;
}

/** One that is the largest size measured is none yet. */
const isKnee = ({ knee }: Series, batch: number): boolean => knee?.passed === true && knee.batch === batch;

const describe = ({ name, points, lost }: Series, panel: Panel): string =>
  `${name}: ${[
    ...points.map((p) => `batch ${p.batch} ${significant(panel.value(p))}`),
    ...lost.map(({ batch, why }) => `batch ${batch} ${why}`),
  ].join(', ')}. `;
