/** Where a value lies on an axis, as a share of its length, and which ticks a reader needs. Pure arithmetic. */

export interface Scale {
  readonly ticks: readonly number[];
  readonly at: (value: number) => number;
}

/** For quantities that differ by factors; the ends lie a little outside the data. */
export function logScale(values: readonly number[], room = 1.2): Scale {
  const low = Math.min(...values) / room;
  const high = Math.max(...values) * room;
  const at = (value: number): number => Math.log(value / low) / Math.log(high / low);
  const decades = Array.from(
    { length: Math.ceil(Math.log10(high / low)) + 2 },
    (_, i) => 10 ** (Math.floor(Math.log10(low)) + i),
  );
  const choices = [[1, 2, 3, 5], [1, 2, 5], [1, 3], [1]].map((steps) =>
    decades.flatMap((decade) => steps.map((step) => decade * step)).filter((tick) => tick > low && tick < high),
  );
  // Labels need room on a telephone too: no two ticks nearer than an eighth of the axis.
  const apart = (some: readonly number[]): boolean =>
    some.every((tick, i) => i === 0 || at(tick) - at(some[i - 1] ?? low) > 1 / 8);
  const ticks = choices.find(apart) ?? (choices.at(-1) ?? []).filter((_, i) => i % 2 === 0);
  return { ticks, at };
}

export function linearScale(low: number, high: number, wanted = 4): Scale {
  const rough = (high - low) / wanted;
  const decade = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5].find((factor) => factor * decade >= rough) ?? 10) * decade;
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  const ticks = Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => (first + i) * step);
  return { ticks, at: (value) => (value - low) / (high - low) };
}

export const share = (x: number): string => `${(x * 100).toFixed(1)}%`;

/** Moves labels apart so that none covers another, keeping their order. */
export function dodge(wanted: readonly number[], distance: number, low: number, high: number): number[] {
  const order = wanted.map((y, index) => ({ y, index })).toSorted((a, b) => a.y - b.y);
  const placed: number[] = [];
  for (const { y } of order) placed.push(Math.max(y, low, (placed.at(-1) ?? -Infinity) + distance));
  for (let at = placed.length - 1, limit = high; at >= 0; at -= 1) {
    placed[at] = Math.min(placed[at] ?? low, limit);
    limit = (placed[at] ?? low) - distance;
  }
  const result = wanted.map(() => 0);
  order.forEach(({ index }, at) => (result[index] = placed[at] ?? 0));
  return result;
}
