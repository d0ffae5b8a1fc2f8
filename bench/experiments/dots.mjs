/** One dot a system with its interval, a group of them for each model, all on one log axis, as one small SVG. Pure. */
import { built } from '../lib/onpar.mjs';
import { colours, style } from './style.mjs';

const { logScale } = await built('report/charts/scale.js');
const { markup } = await built('report/markup.js');

const sizes = { plot: 420, head: 22, line: 16, axis: 24, value: 100 };
/** No letter is wider on average. */
const letter = 7;

/**
 * @typedef {{ name: string, colour: number, value: number, low: number, high: number, text: string }} Dot
 * @param {string} title
 * @param {{ name: string, dots: Dot[] }[]} groups
 * @param {(value: number) => string} tick
 */
export function dots(title, groups, tick) {
  const left = 16 + letter * Math.max(...groups.flatMap((group) => group.dots.map(({ name }) => name.length)));
  const width = left + sizes.plot + sizes.value;
  const heights = groups.map((group) => sizes.head + sizes.line * group.dots.length);
  const tops = heights.map((_, at) => heights.slice(0, at).reduce((sum, each) => sum + each, 0));
  const low = heights.reduce((sum, each) => sum + each, 0) + 6;
  const scale = logScale(groups.flatMap((group) => group.dots.flatMap((dot) => [dot.low, dot.high])));
  const x = (value) => Number((left + scale.at(value) * sizes.plot).toFixed(1));
  const ticks = scale.ticks.map(
    (value) =>
      markup`<path class="g" d="M${x(value)} ${sizes.head}V${low}"/><text x="${x(value)}" y="${low + 14}" text-anchor="middle">${tick(value)}</text>`,
  );
  const height = low + sizes.axis;
  return `${
    markup`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="t d"><title id="t">${title}</title><desc id="d">${groups.map(described)}</desc><style>${style}</style>${ticks}${groups.map((group, at) => drawn(group, tops[at], { left, x }))}</svg>`
      .text
  }\n`;
}

const described = (group) => `${group.name}: ${group.dots.map(({ name, text }) => `${name} ${text}`).join(', ')}. `;

function drawn(group, top, { left, x }) {
  const lines = group.dots.map((dot, at) => {
    const y = top + sizes.head + sizes.line * (at + 0.5);
    return markup`<g class="s${dot.colour % colours}"><text x="${left - 8}" y="${y + 4}" text-anchor="end">${dot.name}</text><path d="M${x(dot.low)} ${y}H${x(dot.high)}"/><circle cx="${x(dot.value)}" cy="${y}" r="4"/><text class="n" x="${left + sizes.plot + 8}" y="${y + 4}">${dot.text}</text></g>`;
  });
  return markup`<text class="t" x="4" y="${top + 15}">${group.name}</text>${lines}`;
}
