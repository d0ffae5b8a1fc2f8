/** What does quantizing cost? One small chart a backend: size against accuracy, area for latency, on the model's common axes. */
import { count, percent, plural, ratio, size, time } from '../format.ts';
import { markup, type Markup } from '../markup.ts';
import { caseAt, isQuantized, type ModelView, type Row } from '../view.ts';
import { linearScale, share, type Scale } from './scale.ts';

export function quantizing(model: ModelView): Markup | null {
  const pairs = model.rows
    .filter((row) => isQuantized(row.precision))
    .flatMap((row) => {
      const twin = model.rows.find(
        (one) => one.precision === model.precision && one.backend === row.backend && one.threads === row.threads,
      );
      const [from, to] = [bubbleOf(twin, model.smallest), bubbleOf(row, model.smallest)];
      return from === null || to === null ? [] : [{ from, to }];
    });
  if (pairs.length === 0) return null;
  const all = pairs.flatMap(({ from, to }) => [from, to]);
  const middle = (Math.min(...all.map((b) => b.accuracy)) + Math.max(...all.map((b) => b.accuracy))) / 2;
  // Never less than two points of accuracy on the axis: noise must not look like a cliff.
  const reach = Math.max(0.01, ...all.map((b) => Math.abs(b.accuracy - middle) * 1.6));
  const axes: Axes = {
    x: linearScale(0, Math.max(...all.map((b) => b.bytes)) / 2 ** 20),
    y: linearScale(middle - reach, middle + reach, 3),
    slowest: Math.max(...all.map((b) => b.seconds)),
    batch: model.smallest,
  };
  return markup`<div class="trio">${pairs.map(({ from, to }) => figure(model, from, to, axes))}</div>`;
}

interface Bubble {
  readonly row: Row;
  readonly accuracy: number;
  readonly n: number;
  readonly flips: number | null;
  readonly bytes: number;
  readonly seconds: number;
}

interface Axes {
  readonly x: Scale;
  readonly y: Scale;
  readonly slowest: number;
  readonly batch: number;
}

const height = 190;

function bubbleOf(row: Row | undefined, batch: number): Bubble | null {
  if (row === undefined || row.accuracy === null) return null;
  const seconds = caseAt(row, batch)?.latency.steady ?? null;
  if (row.bytes === null || seconds === null) return null;
  const { n, correct, flips } = row.accuracy;
  return n === null || correct === null || n === 0
    ? null
    : { row, accuracy: correct / n, n, flips, bytes: row.bytes, seconds };
}

function figure(model: ModelView, from: Bubble, to: Bubble, axes: Axes): Markup {
  const cx = (b: Bubble): string => across(axes, b.bytes / 2 ** 20);
  const y = (accuracy: number): string => (height - 30 - axes.y.at(accuracy) * (height - 44)).toFixed(1);
  const dot = (b: Bubble, kind: string): Markup => {
    const r = Math.max(3, 24 * Math.sqrt(b.seconds / axes.slowest));
    return markup`<circle class="${kind}" cx="${cx(b)}" cy="${y(b.accuracy)}" r="${r.toFixed(1)}"/><text class="label" x="${cx(b)}" y="${(Number(y(b.accuracy)) - r - 5).toFixed(1)}" text-anchor="middle">${nameOf(b)}, ${time(b.seconds)}</text>`;
  };
  return markup`<figure><figcaption>${from.row.backend} <small>area: time at batch ${axes.batch}</small></figcaption><svg height="${height}" role="img"><title>${model.model.id} on ${from.row.backend}: size and accuracy, ${nameOf(from)} and ${nameOf(to)}</title><desc>${sentence(from, to)}</desc>
${axes.y.ticks.map((tick) => markup`<line class="grid" x1="0" x2="100%" y1="${y(tick)}" y2="${y(tick)}"/><text x="0" y="${Number(y(tick)) - 4}">${percent(tick)}</text>`)}
${axes.x.ticks.map((tick) => markup`<text x="${across(axes, tick)}" y="${height - 8}" text-anchor="middle">${Number(tick.toPrecision(3))}${tick === axes.x.ticks.at(-1) ? ' MiB' : ''}</text>`)}
<line class="move" x1="${cx(from)}" y1="${y(from.accuracy)}" x2="${cx(to)}" y2="${y(to.accuracy)}"/>${dot(from, 'from')}${dot(to, 'to')}</svg><p>${sentence(from, to)}</p></figure>`;
}

/** Where a size lies: right of the words of the other axis. */
const across = ({ x }: Axes, mebibytes: number): string => share(0.25 + 0.57 * x.at(mebibytes));

const nameOf = ({ row }: Bubble): string => row.tags.join(' ') || row.precision;

/** The chart in words, for those who cannot or need not look. */
function sentence(from: Bubble, to: Bubble): string {
  const points = (to.accuracy - from.accuracy) * 100;
  const flips = to.flips === null ? '' : ` (${count(to.flips)} of ${plural(to.n, 'decision')} flipped)`;
  const change =
    points === 0 ? 'equal accuracy' : `${Math.abs(points).toFixed(2)} points ${points < 0 ? 'less' : 'more'} accuracy`;
  const weight = `${size(to.bytes)} of ${size(from.bytes)}`;
  return `${nameOf(to)}: ${weight}, ${change}${flips}, ${ratio(to.seconds / from.seconds)} the time of ${nameOf(from)}.`;
}
