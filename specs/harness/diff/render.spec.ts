import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { conclusion } from '../../../src/diff/cells.ts';
import { diffHtml } from '../../../src/diff/html.ts';
import { diffMarkdown, renderDiff } from '../../../src/diff/render.ts';
import { sizeMove } from '../../../src/diff/moves.ts';
import { diffOf, everything, row } from './sample.ts';

const schema = new URL('../../../src/diff/diff.schema.json', import.meta.url);
const check = new Ajv({ allErrors: true }).compile(JSON.parse(readFileSync(schema, 'utf8')) as object);

test('a diff is what its schema describes, also as JSON; one without a column is not', () => {
  expect(check(JSON.parse(JSON.stringify(everything()))), JSON.stringify(check.errors)).toBe(true);
  const { size: _, ...rest } = row('a');
  expect(check({ ...everything(), cases: [rest] })).toBe(false);
});

describe('every kind of row', () => {
  test('on a terminal', async () => {
    await expect(renderDiff(everything(), { color: false, width: 140 })).toMatchFileSnapshot('goldens/everything.txt');
  });

  test('as Markdown', async () => {
    await expect(diffMarkdown(everything())).toMatchFileSnapshot('goldens/everything.md');
  });

  test('in a narrow window loses columns, and says which', () => {
    const text = renderDiff(everything(), { color: false, width: 60 });
    expect(text).toContain('not shown at this width: accuracy, size, latency');
  });
});

test.each([
  ['nothing moved (1 case compared)', [row('a')]],
  ['moved: 1 for the better (1 case compared)', [row('a', { size: sizeMove(2, 1) })]],
  ['nothing was compared (1 case)', [row('a', { remark: { move: 'none', sentence: 'not here' } })]],
])('concludes: %s', (words, rows) => {
  expect(conclusion(diffOf(rows))).toBe(words);
});

test('shows only the columns that were asked for', () => {
  const text = renderDiff({ ...everything(), columns: ['size'] }, { color: false, width: 140 });
  expect(text.split('\n').find((line) => line.includes('size'))).toMatch(/^\s+size$/);
});

test('against the anchor stands below, on every form of the page, under ids of its own', () => {
  const diff = { ...everything(), anchor: { ...diffOf([row('a')]), base: 'anchored' } };
  expect(check(JSON.parse(JSON.stringify(diff))), JSON.stringify(check.errors)).toBe(true);
  const forms = [
    renderDiff(diff, { color: false, width: 140 }),
    diffMarkdown(diff),
    diffHtml(diff, { css: '', script: '' }),
  ];
  for (const text of forms) {
    const [above, below] = text.split(/[Ww]hat moved from anchored/);
    expect(above).toContain('for the worse');
    expect(below).toMatch(/\ba\b/);
  }
  const ids = [...(forms[2] ?? '').matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
  expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([]);
});
