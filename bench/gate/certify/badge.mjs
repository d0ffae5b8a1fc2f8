/** A small badge: two fields, no font but what the viewer has, widths estimated from the number of letters. */
import { atMost, percent } from './format.mjs';

const field = (x, width, colour) => `<rect x="${x}" width="${width}" height="20" fill="${colour}"/>`;
/** Stretched to its field, whatever font the viewer has. */
const words = (x, width, content) => `<text x="${x + 7}" y="14" textLength="${width - 14}">${content}</text>`;

/** @param {{ slower: number, n: number, high: number, seen: number }} headline */
export function badge({ slower, n, high, seen }) {
  const label = 'latency gate';
  const text = `false alarms ${slower}/${n} (<= ${atMost(high)}) · sees ${percent(seen)}`;
  const [left, right] = [label, text].map((content) => Math.round(content.length * 6.3) + 14);
  const escaped = text.replaceAll('<', '&lt;');
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${left + right}" height="20" role="img" aria-label="${label}: ${escaped}">
<clipPath id="r"><rect width="${left + right}" height="20" rx="3"/></clipPath>
<g clip-path="url(#r)">${field(0, left, '#444')}${field(left, right, '#2b6a4d')}</g>
<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">${words(0, left, label)}${words(left, right, escaped)}</g>
</svg>
`;
}
