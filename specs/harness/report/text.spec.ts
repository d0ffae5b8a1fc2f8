import { describe, expect, test } from 'vitest';
import { renderMarkdown } from '../../../src/report/markdown.ts';
import type { Report } from '../../../src/report/report.generated.ts';
import { renderTerminal } from '../../../src/report/terminal.ts';
import { clip } from '../../../src/report/table.ts';
import { rowName, viewModels } from '../../../src/report/view.ts';
import * as sample from './sample.ts';

const plain = (report: Report, width: number): string => renderTerminal(report, { color: false, width });
// oxlint-disable-next-line no-control-regex -- the escape character is what is looked for
const escapes = /\u001b\[[0-9;]*m/g;

describe.each(Object.entries(sample))('the %s report', (name, make) => {
  test.each([120, 80])('on a terminal of %i columns', async (width) => {
    await expect(plain(make(), width)).toMatchFileSnapshot(`goldens/${name}-${width}.txt`);
  });

  test('as Markdown', async () => {
    await expect(renderMarkdown(make())).toMatchFileSnapshot(`goldens/${name}.md`);
  });

  test('in colour says what it says without', () => {
    const coloured = renderTerminal(make(), { color: true, width: 120 });
    expect(coloured).toMatch(escapes);
    expect(coloured.replaceAll(escapes, '')).toBe(plain(make(), 120));
    expect(plain(make(), 120)).not.toMatch(escapes);
  });
});

test.each([200, 120, 80, 60])('at %i columns no line is wider, but for commands to paste', (width) => {
  const wide = plain(sample.red(), width)
    .split('\n')
    .filter((line) => line.length > width);
  expect(wide.filter((line) => !/^ *(replay|accept|->) /.test(line) && !line.endsWith('without verdict'))).toEqual([]);
});

test('a command at the end of a sentence stays on one line at any width: half of it would be another command', () => {
  const command =
    'npx onpar gate replay .onpar/traces/a+float32+ort-node+cpu.jsonl --control .onpar/traces/a.control.jsonl';
  const report = sample.red();
  const [first, ...others] = report.verdicts;
  const sentences = ['slower by 3 % [2, 4] than main', `replay the gate: ${command}`];
  const verdicts = [{ ...first!, red: true, sentences }, ...others];
  for (const width of [60, 120]) {
    const lines = plain({ ...report, verdicts }, width).split('\n');
    expect(lines.filter((line) => line.includes('npx onpar gate'))).toEqual([expect.stringContaining(command)]);
  }
});

test.each([sample.red, sample.green])(
  '120 columns hold every column but flips, which accuracy and its images leave readable',
  (make) => {
    const text = plain(make(), 120);
    const heads = text.split('\n').filter((line) => line.includes(' a call, batch 1'));
    expect(heads).toHaveLength(viewModels(make()).length);
    for (const head of heads)
      for (const column of ['parity', 'batch 32', 'inputs/s', 'MiB', 'peak MiB']) expect(head).toContain(`  ${column}`);
    expect(heads.filter((head) => head.includes('  accuracy'))).toHaveLength(2);
    expect(text.match(/not shown at this width: (.*)/)?.[1] ?? 'flips').toBe('flips');
  },
);

test('where a line is too long it ends with a whole word: half a number would be another number', () => {
  expect(clip('154 MiB of 4 096', 8)).toBe('154 MiB…');
  expect(clip('154 MiB of 4 096', 6)).toBe('154…');
  expect(clip('154 MiB', 7)).toBe('154 MiB');
  expect(plain(sample.red(), 80)).toContain('\n3 models, 5 of 6 backends\n');
});

test('every row of the report is in the terminal and in Markdown', () => {
  const terminal = plain(sample.red(), 160);
  const markdown = renderMarkdown(sample.red());
  const rows = viewModels(sample.red()).flatMap((model) => model.rows);
  expect(rows.length).toBe(20);
  for (const row of rows) {
    expect(markdown).toContain(`| ${rowName(row)} |`);
    // A backend's further rows stand below it.
    const isMain = row.tags.length === 0 && row.threadsTag === null;
    const below = [...row.tags, ...(row.threadsTag === null ? [] : [row.threadsTag])].join('  ');
    expect(terminal).toMatch(new RegExp(isMain ? `^  ${row.backend}  ` : `^    ${below}  `, 'm'));
  }
  for (const verdict of sample.red().verdicts.filter(({ red }) => red)) {
    expect(terminal).toContain(`  replay   ${verdict.replay}\n`);
    expect(markdown).toContain(verdict.replay);
  }
});

test('a name cannot steer the terminal, nor break or ping from Markdown', () => {
  const report = sample.green();
  const [model] = report.models;
  if (model === undefined) throw new Error('the sample has models');
  model.name = '\u001b[2J\u202e@everyone | <script>alert(1)</script> `x`\n# title';
  for (const bad of ['\u001b', '\u202e', '\n# title']) expect(plain(report, 200)).not.toContain(bad);
  const markdown = renderMarkdown(report);
  expect(markdown).not.toMatch(/<script|@everyone|\n# title/);
});

test('a command in Markdown cannot end its own fence', () => {
  const report = sample.red();
  const [first] = report.verdicts;
  if (first === undefined) throw new Error('the sample has verdicts');
  first.replay = 'echo "```"\n# not a title';
  expect(renderMarkdown(report)).toContain('````sh\necho "```" # not a title  # replay\n');
});
