/** Lines against batch, both axes log, as one small SVG that is legible on light and dark grounds. Pure. */
import { built } from '../lib/onpar.mjs';
import { colours, style } from './style.mjs';

const { dodge, logScale } = await built('report/charts/scale.js');
const { markup } = await built('report/markup.js');

const panel = { plot: 190, height: 240, left: 58, top: 30, bottom: 28 };
/** Names stand at the ends of their lines; no letter is wider on average. */
const letter = 7;

/**
 * @typedef {{ name: string, points: { batch: number, value: number }[] }} Series
 * @param {string} title
 * @param {{ title: string, series: Series[], tick: (value: number) => string }[]} panels
 */
export function chart(title, panels) {
  const names = panels.flatMap(({ series }) => series.map(({ name }) => name.length));
  const one = panel.left + panel.plot + 18 + letter * Math.max(...names);
  const width = one * panels.length;
  return `${
    markup`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${panel.height}" width="${width}" height="${panel.height}" role="img" aria-labelledby="t d"><title id="t">${title}</title><desc id="d">${panels.map(described)}</desc><style>${style}</style>${panels.map((each, at) => drawn(each, at * one))}</svg>`
      .text
  }\n`;
}

const described = ({ title, series }) =>
  `${title}: ${series.map(({ name, points }) => `${name} ${points.map(({ batch, value }) => `${Number(value.toPrecision(3))} at ${batch}`).join(', ')}`).join('; ')}. `;

function drawn({ title, series, tick }, offset) {
  const up = logScale(
    series.flatMap(({ points }) => points.map(({ value }) => value)),
    1.3,
  );
  const batches = [...new Set(series.flatMap(({ points }) => points.map(({ batch }) => batch)))].toSorted(
    (a, b) => a - b,
  );
  const across = logScale(batches, 1);
  const right = panel.left + panel.plot;
  const low = panel.height - panel.bottom;
  const x = (batch) => (panel.left + across.at(batch) * (right - panel.left)).toFixed(1);
  const y = (value) => Number((low - up.at(value) * (low - panel.top)).toFixed(1));
  const ends = series.map(({ points }) => points.at(-1));
  const spots = dodge(
    ends.map(({ value }) => y(value)),
    13,
    panel.top,
    low,
  );
  return markup`<g transform="translate(${offset})"><text class="t" x="4" y="14">${title}</text>${up.ticks.map((value) => markup`<path class="g" d="M${panel.left} ${y(value)}H${right}"/><text x="${panel.left - 6}" y="${y(value) + 4}" text-anchor="end">${tick(value)}</text>`)}${batches.map((batch, at) => markup`<text x="${x(batch)}" y="${panel.height - 8}" text-anchor="middle">${at === 0 ? 'batch ' : ''}${batch}</text>`)}${series.map(({ name, points }, at) => markup`<g class="s${at % colours}"><path d="${points.map(({ batch, value }, i) => `${i === 0 ? 'M' : 'L'}${x(batch)} ${y(value)}`).join('')}"/>${points.map(({ batch, value }) => markup`<circle cx="${x(batch)}" cy="${y(value)}" r="3"/>`)}<path class="l" d="M${x(ends[at].batch)} ${y(ends[at].value)}L${right + 6} ${spots[at]}"/><text class="n" x="${right + 9}" y="${spots[at] + 4}">${name}</text></g>`)}</g>`;
}
