/** How far did latency move? One dot a case with its interval, new over base, on a log axis around 1, with the band that nobody minds. */
import { change } from '../judge/words.ts';
import { markup, type Markup } from '../report/markup.ts';
import { share } from '../report/charts/scale.ts';
import { latencyText, tones } from './cells.ts';
import type { Diff, Latency, Row } from './diff.generated.ts';

export interface RatioAxis {
  readonly ticks: readonly number[];
  readonly at: (ratio: number) => number;
}

/** Symmetrical: twice as fast lies as far from 1 as twice as slow. Ticks are whole per cents, or doublings where those would be many. */
export function ratioAxis(ratios: readonly number[]): RatioAxis {
  const reach = Math.max(...ratios.map((ratio) => Math.abs(Math.log(ratio)))) * 1.1;
  const at = (ratio: number): number => (Math.log(ratio) / reach + 1) / 2;
  const step = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2].find((each) => Math.log1p(each) * 3.2 > reach);
  const side = (first: number, grow: (ratio: number) => number): number[] => {
    const ticks: number[] = [];
    for (let tick = first; Math.log(tick) < reach && ticks.length < 12; tick = grow(tick)) ticks.push(tick);
    return ticks;
  };
  const factor = [2, 4, 10, 100].find((each) => Math.log(each) * 3.2 > reach) ?? 1000;
  const above = step === undefined ? side(factor, (tick) => tick * factor) : side(1 + step, (tick) => tick + step);
  const below = step === undefined ? above.map((tick) => 1 / tick) : above.map((tick) => 2 - tick);
  return { ticks: [...below.filter((tick) => at(tick) > 0).toReversed(), 1, ...above], at };
}

type Timed = Latency & { readonly ratio: number; readonly interval: NonNullable<Latency['interval']> };
const isTimed = (latency: Latency | null): latency is Timed =>
  latency !== null && latency.ratio !== null && latency.interval !== null;

/** What the verdict rests on. */
const decidedBy = ({ ratio, interval, tail }: Timed): Pick<Timed, 'ratio' | 'interval'> => tail ?? { ratio, interval };

/** Null where no pairs were taken. */
export function latencyChart({ cases, margins, base, new: ours }: Diff): Markup | null {
  const rows = cases.flatMap(({ latency, ...row }) => (isTimed(latency) ? [{ ...row, latency }] : []));
  if (rows.length === 0) return null;
  const band = [1 / (1 + margins.margin), 1 + margins.budget] as const;
  const intervals = rows.map(({ latency }) => decidedBy(latency).interval);
  const axis = ratioAxis([...band, ...intervals.flatMap(({ low, high }) => [low, high])]);
  const drawn = rows.map((row, index) => line(row, { axis, band, isFirst: rows[index - 1]?.model !== row.model }));
  return markup`<table class="dots"><caption>Time of a call, ${ours} over ${base} <small>log scale; left of 1x is faster; shaded: from the margin (${change(band[0])}) to the budget (${change(band[1])})</small></caption>
<thead class="away"><tr><th scope="col">case</th><th scope="col">plot</th><th scope="col">ratio</th></tr></thead><tbody>${drawn}</tbody>
<tfoot><tr><td></td><td><svg height="18" aria-hidden="true">${axis.ticks.map((tick) => markup`<text x="${share(axis.at(tick))}" y="13" text-anchor="middle">${tickText(tick)}</text>`)}</svg></td><td></td></tr></tfoot></table>`;
}

interface Drawing {
  readonly axis: RatioAxis;
  readonly band: readonly [number, number];
  readonly isFirst: boolean;
}

function line({ model, artifact, backend, latency }: Row & { readonly latency: Timed }, drawing: Drawing): Markup {
  const { axis, band, isFirst } = drawing;
  const { move } = latency;
  const { ratio, interval } = decidedBy(latency);
  const x = (value: number): string => share(axis.at(value));
  const wide = share(axis.at(band[1]) - axis.at(band[0]));
  const grid = axis.ticks.map(
    (tick) => markup`<line class="${tick === 1 ? 'centre' : 'grid'}" x1="${x(tick)}" x2="${x(tick)}" y1="0" y2="24"/>`,
  );
  const text = latencyText(latency);
  const heading = isFirst ? markup`<tr><th colspan="3" scope="rowgroup" class="group">${model}</th></tr>` : null;
  return markup`${heading}<tr><th scope="row">${artifact}/${backend}</th><td><svg height="24" role="img" class="${tones[move] === 'bad' ? 'hollow' : 'full'}"><title>${artifact}/${backend}: ${text}</title><rect class="band" x="${x(band[0])}" width="${wide}" y="0" height="24"/>${grid}<line class="span" x1="${x(interval.low)}" x2="${x(interval.high)}" y1="12" y2="12"/><circle cx="${x(ratio)}" cy="12" r="5"/></svg></td><td class="n ${tones[move]}">${text}</td></tr>`;
}

/** Per cents near 1, multiples far from it. */
const tickText = (ratio: number): string =>
  ratio === 1 ? '1x' : ratio > 0.5 && ratio < 2 ? change(ratio) : `${Number(ratio.toPrecision(2))}x`;
