/** Which backend is fastest? Dots with their intervals on one log axis, ordered; only rows of equal threads share a group. */
import { mark, ratio, secondsIn, threadsWord, time } from '../format.ts';
import { markup, type Markup } from '../markup.ts';
import { caseAt, groupBy, type ModelView, type Row } from '../view.ts';
import { logScale, share, type Scale } from './scale.ts';

export function fastest(model: ModelView): Markup | null {
  const rows = model.rows.flatMap((row) => dotOf(row, model.smallest) ?? []);
  if (rows.length < 2) return null;
  const scale = logScale(rows.flatMap(({ low, high }) => [low, high]));
  const groups = [...groupBy(rows, ({ row }) => row.threads)].toSorted(
    ([a], [b]) => Number(b === model.threads) - Number(a === model.threads),
  );
  return markup`<table class="dots"><caption>Time of a call at batch ${model.smallest} <small>log scale; x: against the fastest right answer of the group at ${model.precision}</small></caption>
<thead class="away"><tr><th scope="col">backend</th><th scope="col">plot</th><th scope="col">time</th><th scope="col">ratio</th></tr></thead>
${groups.map(([threads, dots]) => body(threads, dots, scale))}
<tfoot><tr><td></td><td>${axis(scale)}</td><td colspan="2"></td></tr></tfoot></table>`;
}

interface Dot {
  readonly row: Row;
  readonly steady: number;
  readonly low: number;
  readonly high: number;
  readonly text: string;
  readonly parity: string;
}

function dotOf(row: Row, batch: number): Dot | null {
  const found = caseAt(row, batch);
  const latency = found?.latency;
  if (found === null || latency === undefined || latency.steady === null || latency.steady <= 0) return null;
  const { steady, interval } = latency;
  const low = interval === null || interval.low <= 0 ? steady : interval.low;
  return {
    row,
    steady,
    low,
    high: interval?.high ?? steady,
    text: time(steady, interval),
    parity: parityOf(row, found.parity.verdict),
  };
}

/** Of default threads nothing but the time is asked: their answers are those of the row. */
const parityOf = (row: Row, own: string): string => (mark(own).tone === 'absent' ? row.parity.verdict : own);

function body(threads: number, dots: readonly Dot[], scale: Scale): Markup {
  const ordered = dots.toSorted((a, b) => a.steady - b.steady);
  return markup`<tbody><tr><th colspan="4" scope="rowgroup" class="group">${threadsWord(threads)}</th></tr>${ordered.map((dot) => line(dot, scale))}</tbody>`;
}

function line({ row, low, high, steady, text, parity }: Dot, scale: Scale): Markup {
  const { tone, glyph, word } = mark(parity);
  const name = [row.backend, ...row.tags].join(' ');
  const wrong = tone === 'bad' ? markup` <span class="bad">${glyph} ${word}</span>` : null;
  return markup`<tr><th scope="row">${name}${wrong}</th><td><svg height="24" role="img" class="${tone === 'bad' ? 'hollow' : 'full'}"><title>${name}: ${text}</title>${grid(scale, 24)}<line class="span" x1="${share(scale.at(low))}" x2="${share(scale.at(high))}" y1="12" y2="12"/><circle cx="${share(scale.at(steady))}" cy="12" r="5"/></svg></td><td class="n">${text}</td><td class="n">${row.ratio === null ? '' : ratio(row.ratio)}</td></tr>`;
}

const grid = (scale: Scale, height: number): Markup[] =>
  scale.ticks.map(
    (tick) =>
      markup`<line class="grid" x1="${share(scale.at(tick))}" x2="${share(scale.at(tick))}" y1="0" y2="${height}"/>`,
  );

const axis = (scale: Scale): Markup =>
  markup`<svg height="18" aria-hidden="true">${scale.ticks.map((tick) => markup`<text x="${share(scale.at(tick))}" y="13" text-anchor="middle">${tickTime(tick)}</text>`)}</svg>`;

/** A tick is a round number: 2 ms, not 2.00 ms. */
export function tickTime(seconds: number): string {
  const [unit, factor] = Object.entries(secondsIn).find(([, size]) => seconds >= size * 0.999) ?? ['ns', 1e-9];
  return `${Number((seconds / factor).toPrecision(3))} ${unit}`;
}
