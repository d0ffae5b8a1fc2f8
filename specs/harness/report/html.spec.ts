import { describe, expect, test } from 'vitest';
import { readAssets } from '../../../src/report/assets.ts';
import { renderHtml } from '../../../src/report/html.ts';
import type { CaseRow, Report } from '../../../src/report/report.generated.ts';
import * as sample from './sample.ts';

const assets = readAssets();
const render = (report: Report): string => renderHtml(report, assets);
const idsOf = (html: string): string[] => [...html.matchAll(/ id="([^"]*)"/g)].map(([, id = '']) => id);

describe.each(Object.entries(sample))('the %s report', (_name, make) => {
  const html = render(make());

  test('asks nothing of any network', () => {
    const references = [...html.matchAll(/\b(?:src|href|action|data|poster|srcset)="([^"]*)"/g)].map(
      ([, to = '']) => to,
    );
    expect(references.filter((to) => !to.startsWith('#') && to !== 'data:,')).toEqual([]);
    expect(html).not.toMatch(/@import|url\(|https?:\/\//);
  });

  test('is under 300 kB', () => {
    expect(Buffer.byteLength(html)).toBeLessThan(300_000);
  });

  test('has a target for each link, a unique id for each target', () => {
    const ids = idsOf(html);
    const links = [...html.matchAll(/ href="#([^"]*)"/g)].map(([, to = '']) => decodeURI(to));
    expect(new Set(ids).size).toBe(ids.length);
    expect(links.filter((to) => !ids.includes(to))).toEqual([]);
  });

  test('gives each plot a title or hides it from those who cannot see it', () => {
    const plots = html.match(/<svg[^>]*>(<title|)/g) ?? [];
    expect(plots.filter((plot) => !plot.includes('aria-hidden="true"') && !plot.endsWith('<title'))).toEqual([]);
  });
});

test.each(Object.entries(sample))('the %s report opens as many elements as it closes', (_name, make) => {
  const body = render(make()).replace(/<style>[^]*?<\/style>|<script>[^]*?<\/script>/g, '');
  for (const tag of [
    'div',
    'section',
    'table',
    'tr',
    'td',
    'th',
    'svg',
    'g',
    'text',
    'details',
    'figure',
    'ul',
    'li',
    'dl',
    'p',
    'a',
  ])
    expect
      .soft([tag, body.split(new RegExp(`<${tag}[ >]`)).length], tag)
      .toEqual([tag, body.split(`</${tag}>`).length]);
});

test('every case and every verdict has its anchor', () => {
  const report = sample.red();
  const ids = new Set(idsOf(render(report)));
  const wanted = [...report.cases.map((c) => c.id), ...report.verdicts.map((verdict) => verdict.case)];
  expect(wanted.filter((id) => !ids.has(id))).toEqual([]);
  expect(ids).toContain('simplecnn/float32/ort-node/cpu');
});

test('every sentence, replay and accept line of what is red can be read and copied', () => {
  const html = render(sample.red()).replaceAll('&#39;', "'").replaceAll('&#60;', '<').replaceAll('&#62;', '>');
  for (const { sentences, replay, accept } of sample.red().verdicts.filter(({ red }) => red)) {
    for (const sentence of sentences) expect(html).toContain(sentence);
    expect(html).toContain(`<code data-copy>${replay}</code>`);
    if (accept !== null) expect(html).toContain(`<code data-copy>${accept}</code>`);
  }
});

test('what the report holds is text, whatever it looks like', () => {
  const nasty = '"><script>alert(1)</script><img src=x onerror=alert(2)>\'';
  const report = sample.red();
  const renamed = JSON.parse(
    JSON.stringify(report).replaceAll('simplecnn', JSON.stringify(nasty).slice(1, -1)),
  ) as Report;
  const html = render({ ...renamed, commit: nasty, command: nasty, settings: { [nasty]: nasty } });
  expect(html.match(/<script/g)).toHaveLength(1);
  expect(html).not.toMatch(/<img|"><script/);
});

test('odd ids keep their links: spaces, per cent signs, half a surrogate', () => {
  const odd = 'a b%20#\ud800é';
  const rename = (c: CaseRow): CaseRow => (c.model === 'simplecnn' ? { ...c, model: odd } : c);
  const green = sample.green();
  const html = render({ ...green, cases: green.cases.map(rename) });
  const links = [...html.matchAll(/<td class="good"><a href="#([^"]*)"/g)].map(([, to = '']) => decodeURIComponent(to));
  const ids = new Set(idsOf(html));
  expect(links.length).toBeGreaterThan(10);
  expect(links.filter((to) => !ids.has(to.replace('&#38;', '&')))).toEqual([]);
});

test('a very large report stays under 300 kB, with an anchor for every case, and says what it left out', () => {
  const report = sample.red();
  const copies = Array.from({ length: 6 }, (_, i) =>
    report.cases.map((c) => ({ ...c, id: `${i}${c.id}`, model: `${i}${c.model}` })),
  );
  const cases = [...report.cases, ...copies.flat()];
  const html = render({ ...report, cases });
  const ids = new Set(idsOf(html));
  expect(html).toMatch(/cases shortened, to keep this file small/);
  expect(html).toMatch(/more models not drawn/);
  expect(cases.filter((c) => !ids.has(c.id))).toEqual([]);
  expect(Buffer.byteLength(html)).toBeLessThan(300_000);
});
