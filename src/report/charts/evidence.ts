/** The evidence of one case: how the errors spread (bars from zero), and what each fresh process measured (one dot each). */
import { count, mark, time } from '../format.ts';
import { markup, type Markup } from '../markup.ts';
import type { CaseRow } from '../report.generated.ts';
import type { Row } from '../view.ts';
import { linearScale, share } from './scale.ts';
import { tickTime } from './fastest.ts';

export function histogram({ parity }: CaseRow | Row): Markup | null {
  const { histogram: bins } = parity;
  if (bins === undefined || bins.counts.length === 0) return null;
  const most = Math.max(1, ...bins.counts);
  const step = 1 / bins.counts.length;
  const bars = bins.counts.map((n, at) => {
    const tall = n === 0 ? 0 : Math.max(1, (n / most) * 72);
    return markup`<rect x="${share(at * step + 0.004)}" width="${share(step - 0.008)}" y="${(90 - tall).toFixed(1)}" height="${tall.toFixed(1)}"/><text x="${share((at + 0.5) * step)}" y="${(86 - tall).toFixed(1)}" text-anchor="middle">${count(n)}</text><text class="edge" x="${share(at * step)}" y="106" text-anchor="${at === 0 ? 'start' : 'middle'}">${edge(bins.edges[at])}</text>`;
  });
  const last = markup`<text class="edge" x="100%" y="106" text-anchor="end">${edge(bins.edges.at(-1))}</text>`;
  return markup`<figure><figcaption>Absolute differences <small>elements a decade</small></figcaption><svg class="bars ${mark(parity.verdict).tone}" height="112" role="img"><title>Histogram of absolute differences</title><desc>${bins.counts.map((n, at) => `${count(n)} from ${edge(bins.edges[at])} to ${edge(bins.edges[at + 1])}. `)}</desc><line class="axis" x1="0" x2="100%" y1="90.5" y2="90.5"/>${bars}${last}</svg></figure>`;
}

/** One strip a batch on an axis of its own: the spread within a case is the question, not the distance between cases. */
export function strip({ latency, batch }: CaseRow): Markup | null {
  const { samples, steady, interval } = latency;
  if (samples.length < 2) return null;
  const all = [...samples, ...(interval === null ? [] : [interval.low, interval.high])];
  const [low, high] = [Math.min(...all), Math.max(...all)];
  // At least 1 % wide, or a quiet machine would look as wild as a noisy one.
  const room = Math.max((high - low) * 0.08, low * 0.005);
  const scale = linearScale(low - room, high + room, 3);
  const band =
    interval === null
      ? null
      : markup`<rect class="band" x="${share(scale.at(interval.low))}" width="${share(scale.at(interval.high) - scale.at(interval.low))}" y="3" height="18"/>`;
  const centre =
    steady === null
      ? null
      : markup`<line class="centre" x1="${share(scale.at(steady))}" x2="${share(scale.at(steady))}" y1="1" y2="23"/>`;
  return markup`<svg class="strip" height="40" role="img"><title>Batch ${batch}: ${samples.length} processes, ${time(low)} to ${time(high)}</title>${band}${centre}${samples.map((x) => markup`<circle cx="${share(scale.at(x))}" cy="12" r="3"/>`)}<line class="axis" x1="0" x2="100%" y1="24.5" y2="24.5"/>${scale.ticks.filter((tick) => scale.at(tick) > 0.05 && scale.at(tick) < 0.95).map((tick) => markup`<text x="${share(scale.at(tick))}" y="37" text-anchor="middle">${tickTime(tick)}</text>`)}</svg>`;
}

const edge = (x: number | undefined): string =>
  x === undefined ? '' : x === 0 || (x >= 1e-3 && x < 1e4) ? String(x) : x.toExponential(0).replace('e+', 'e');
