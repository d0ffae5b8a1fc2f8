import { describe, expect, test } from 'vitest';
import type { Model } from '../../../src/models/card.ts';
import { renderHtml } from '../../../src/report/html.ts';
import { readAssets } from '../../../src/report/assets.ts';
import { renderMarkdown } from '../../../src/report/markdown.ts';
import type { CaseRow, Report } from '../../../src/report/report.generated.ts';
import { renderTerminal } from '../../../src/report/terminal.ts';
import { notPaired } from '../../../src/judge/steady.ts';
import { acceptedWarnings, unpairedWarnings, withWarnings } from '../../../src/run/warnings.ts';
import { green } from '../report/sample.ts';

const report = green();
const isInt8 = ({ model, artifact, backend }: CaseRow): boolean =>
  `${model}/${artifact}/${backend}` === 'simplecnn/int8/ort-node/cpu';

/** simplecnn/int8 was made from float32, of these files. */
const models = (own: string, parent: string): Pick<Model, 'card'>[] => [
  {
    card: {
      id: 'simplecnn',
      artifacts: {
        float32: { files: [{ sha256: parent }] },
        int8: { files: [{ sha256: own }], parent: 'float32' },
      },
    } as never,
  },
];
/** The sample, with INT8 so many times slower and larger than it is. */
const cases = (slower: number, larger: number): CaseRow[] =>
  report.cases.map((row) => {
    const { interval } = row.latency;
    if (!isInt8(row) || interval === null) return row;
    const scaled = { ...interval, low: interval.low * slower, high: interval.high * slower };
    return {
      ...row,
      latency: { ...row.latency, interval: scaled },
      size: { ...row.size, bytes: (row.size.bytes ?? 0) * larger },
    };
  });
const warned = (slower: number, larger: number, own = 'a', parent = 'b'): CaseRow[] =>
  withWarnings(cases(slower, larger), models(own, parent)).filter(({ warnings }) => warnings !== undefined);

describe('rows of a narrower artifact', () => {
  test('carry a warning where they are slower or no smaller than those of what it was made from, and no other row does', () => {
    const slow = warned(3, 1);
    expect(slow.length).toBeGreaterThan(0);
    expect(slow.every(isInt8)).toBe(true);
    expect(slow[0]?.warnings?.[0]).toMatch(/^slower than float32 at batch \d+, which it was made from: at least /);
    expect(warned(1, 10)[0]?.warnings?.[0]).toMatch(/^no smaller than float32, which it was made from: /);
  });

  test('carry none where it pays', () => {
    expect(warned(1, 1)).toEqual([]);
  });

  test('say nothing of the size of the same files, quantized as they are opened', () => {
    expect(warned(1, 10, 'a', 'a')).toEqual([]);
  });

  test('are told in the table, in Markdown and on the page', () => {
    const told: Report = { ...report, cases: withWarnings(cases(3, 1), models('a', 'b')) };
    const sentence = 'slower than float32 at batch 1, which it was made from';
    expect(renderTerminal(told, { color: false, width: 200 })).toContain(`! ort-node/cpu int8: ${sentence}`);
    expect(renderMarkdown(told)).toContain(`- ! ort-node/cpu int8: ${sentence}`);
    expect(renderHtml(told, readAssets())).toContain(sentence);
    expect(renderTerminal(report, { color: false, width: 200 })).not.toContain('which it was made from');
  });
});

test('a model whose weights were drawn says so above its rows', () => {
  const seeded = report.models.map((model) => ({ ...model, weights: 'seeded' as const }));
  const text = (told: Report): string => renderTerminal(told, { color: false, width: 200 });
  expect(text({ ...report, models: seeded })).toContain('seeded weights (decisions mean nothing)');
  expect(text(report)).not.toContain('seeded weights');
});

describe('pairs that could not be taken', () => {
  const shallow = notPaired('the clone is shallow: add `fetch-depth: 0`', true);
  const first = notPaired('this is the first commit');
  const same = { kind: 'same', against: 'main@3f2a1c9' } as const;

  test('are told once a reason, with how many latencies, where somebody can mend it', () => {
    const entries = [[shallow], [shallow, same], [first], [same], []].map((pairings) => ({ pairings }));
    expect(unpairedWarnings(entries)).toEqual([
      '2 latencies not paired with a base version: the clone is shallow: add `fetch-depth: 0`',
    ]);
  });

  test('stand beside slowdowns that a card accepts, which are steady for now', () => {
    const accepted = { slowdown: 0.1, reason: 'the larger head', expires: '2026-12-31' };
    const judgement = (verdict: 'slower' | 'steady') => ({ verdict, sentences: [], evidence: null });
    const entry = (verdict: 'slower' | 'steady', by: 'slower' | 'steady', given: typeof accepted | null) => ({
      case: {
        metric: 'latency',
        model: 'm',
        artifact: 'float32',
        backend: 'ort-node/cpu',
        batch: 1,
        threads: 1,
        images: null,
      },
      verdict,
      pairings: [{ kind: 'paired', judgement: judgement(by), accepted: given } as const],
    });
    expect(
      acceptedWarnings([
        entry('steady', 'slower', accepted),
        entry('steady', 'steady', accepted),
        entry('slower', 'slower', accepted),
        entry('slower', 'slower', null),
        { ...entry('steady', 'steady', null), pairings: [same] },
      ]),
    ).toEqual(['latency m/float32/ort-node/cpu/b1/t1 is slower as accepted until 2026-12-31: the larger head']);
  });

  test('are said in every report, be its verdicts green', () => {
    const warnings = unpairedWarnings([{ pairings: [shallow] }]);
    const told: Report = { ...report, summary: { ...report.summary, warnings } };
    const sentence = '1 latency not paired with a base version: the clone is shallow';
    expect(renderTerminal(told, { color: false, width: 200 })).toContain(`! run\n    ${sentence}`);
    expect(renderMarkdown(told)).toContain(`- ! ${sentence}`);
    expect(renderHtml(told, readAssets())).toContain(sentence);
  });
});
