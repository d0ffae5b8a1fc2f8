import { describe, expect, test } from 'vitest';
import { ratioAxis } from '../../../src/diff/chart.ts';
import { diffHtml } from '../../../src/diff/html.ts';
import { diffOf, everything, row } from './sample.ts';

const assets = { css: 'p{}', script: '' };
const found = everything();
const page = diffHtml(found, assets);

describe('the page', () => {
  test('has the answer, every case and the replay of every latency', () => {
    expect(page).toContain('Moved: 6 for the worse, 1 undecided, 2 for the better</h1>');
    for (const { artifact } of found.cases) expect(page).toContain(`${artifact}/ort-node/cpu`);
    expect(page).toContain('npx onpar gate replay .onpar/traces/a.jsonl --control');
    expect(page).toContain('optimized graph: 14 -&#62; 17 nodes (+3 ReorderOutput)');
    expect(page).toContain('+1.43 MiB (+1.5 %): onnxruntime-node');
  });

  test('says what is red against the anchor alone, and names it', () => {
    const anchor = { ...everything(), base: 'v1.2.0' };
    const crept = diffHtml({ ...diffOf([row('a')]), anchor }, assets);
    const answer = 'oved: 6 for the worse, 1 undecided, 2 for the better, against v1.2.0';
    expect(crept).toContain(`M${answer}</h1>`);
    expect(crept).toMatch(new RegExp(`<title>m${answer} \\(\\d+ cases compared`));
    expect(crept).toContain('<h1 class="bad">');
    expect(diffHtml({ ...diffOf([row('a')]), anchor: diffOf([row('a')]) }, assets)).toContain('Nothing moved</h1>');
  });

  test('asks nothing of any network', () => {
    expect(page.match(/(?:src|href|url)\s*[=(]\s*["']?(?!#|data:)[^"')\s>]+/g)).toBeNull();
  });

  test('holds what is untrusted as text', () => {
    const evil = diffHtml({ ...diffOf([row('<script>alert(1)</script>')]), base: '<img>' }, assets);
    expect(evil).not.toContain('<script>alert');
    expect(evil).not.toContain('<img>');
  });

  test('has a dot a case that was timed: the slower one hollow, each within its interval', () => {
    const dots = [
      ...page.matchAll(/class="(full|hollow)"><title>(\w+).*?x1="([\d.]+)%" x2="([\d.]+)%" y1="12".*?cx="([\d.]+)%"/g),
    ];
    expect(dots.map(([, kind, name]) => `${kind} ${name}`)).toEqual([
      'full equal',
      'hollow broken',
      'full odd',
      'full small',
    ]);
    const [, broken] = dots.map(([, , , low, high, at]) => [low, at, high].map(Number));
    expect(broken).toEqual(broken?.toSorted((a, b) => a - b));
  });

  test('has no chart where nothing was timed', () => {
    expect(diffHtml(diffOf([row('a')]), assets)).not.toContain('How far did latency move?');
  });
});

describe('the axis', () => {
  test.each([
    ['a budget', [0.995, 1.03]],
    ['per cents', [0.87, 1.13]],
    ['multiples', [0.25, 6.4]],
    ['magnitudes', [0.002, 90]],
  ])('of %s has 1 in the middle, and a few ticks on both sides in order', (_, ratios) => {
    const { ticks, at } = ratioAxis(ratios);
    expect(at(1)).toBe(0.5);
    expect(ticks).toEqual(ticks.toSorted((a, b) => a - b));
    expect(ticks.length).toBeGreaterThanOrEqual(3);
    expect(ticks.length).toBeLessThanOrEqual(9);
    for (const ratio of [...ticks, ...ratios]) expect(at(ratio)).toBeGreaterThan(0);
    for (const ratio of [...ticks, ...ratios]) expect(at(ratio)).toBeLessThan(1);
    expect(at(2)).toBeCloseTo(1 - at(0.5), 12);
  });
});
