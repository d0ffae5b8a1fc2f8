import { describe, expect, test } from 'vitest';
import { renderHtml } from '../../../src/report/html.ts';
import { renderMarkdown } from '../../../src/report/markdown.ts';
import { openVerdicts } from '../../../src/report/undecided.ts';
import type { Report } from '../../../src/report/report.generated.ts';
import { renderTerminal } from '../../../src/report/terminal.ts';
import { viewModels } from '../../../src/report/view.ts';
import * as sample from './sample.ts';

/** A machine that nobody has blessed on: its latencies and peaks are measured and have no baseline. */
const onNewMachine = (): Report => {
  const report = sample.green();
  const [model] = report.cases;
  if (model === undefined) throw new Error('the sample has cases');
  const cases = report.cases.map((c) => ({ ...c, memory: { ...c.memory, verdict: 'unbaselined' } }));
  const verdicts = report.cases.map((c) => ({
    metric: 'memory',
    case: `${c.model}/${c.artifact}/${c.backend}`,
    title: `${c.model} ${c.artifact}/${c.backend}`,
    verdict: 'unbaselined',
    red: false,
    sentences: ['91.0 MiB, no baseline yet'],
    replay: 'replay it',
    accept: null,
  }));
  return { ...report, cases, verdicts, summary: { ...report.summary, undecided: verdicts.length } };
};
const count = (text: string, word: string): number => text.split(word).length - 1;

describe('many values without a baseline are told as one', () => {
  const report = onNewMachine();
  const words = `${report.verdicts.length} values measured, nothing committed here to compare with`;

  test('on the terminal and in markdown', () => {
    expect(count(renderTerminal(report, { color: false, width: 120 }), words)).toBe(1);
    expect(count(renderMarkdown(report), words.replace('`', ''))).toBe(1);
    expect(renderMarkdown(report)).not.toContain('no baseline yet');
  });

  test('in the HTML, which folds their names away and still says what each model is', () => {
    const html = renderHtml(report, { css: '', script: '' });
    expect(count(html, 'class="card')).toBe(1);
    expect(html).toContain(`${report.verdicts.length} values without a baseline`);
    expect(html).toContain(report.machine.fingerprint);
    expect(html).toContain('✓ match');
    expect(html).toContain('no baseline');
  });

  test('and do not hide what is wrong or undecided for another reason', () => {
    const [first, second, ...rest] = report.verdicts;
    const mixed = {
      ...report,
      verdicts: [{ ...first!, verdict: 'inconclusive' }, { ...second!, verdict: 'regressed', red: true }, ...rest],
    };
    expect(openVerdicts(mixed).alone.map(({ verdict }) => verdict)).toEqual(['inconclusive']);
    expect(viewModels(mixed).flatMap(({ rows }) => rows.map(({ verdict }) => verdict))).toContain('regressed');
  });

  test('a few are told one by one', () => {
    const few = { ...report, verdicts: report.verdicts.slice(0, 3) };
    expect(openVerdicts(few)).toEqual({ alone: few.verdicts, unbaselined: [] });
  });
});
