import { expect, test } from 'vitest';
import type { CaseRow, Report } from '../../../src/report/report.generated.ts';
import { conclusion, headline, idleWords, rowName, viewModels } from '../../../src/report/view.ts';
import { renderHtml } from '../../../src/report/html.ts';
import { renderTerminal } from '../../../src/report/terminal.ts';
import * as sample from './sample.ts';

const rowsOf = (report: Report, model: string) => viewModels(report).find((one) => one.model.id === model)?.rows ?? [];
const ratioOf = (report: Report, model: string, name: string) =>
  rowsOf(report, model).find((row) => rowName(row) === name)?.ratio;
const change = (edit: (c: CaseRow) => CaseRow): Report => ({
  ...sample.green(),
  cases: sample.green().cases.map(edit),
});

test('a ratio compares equal threads only', () => {
  expect(ratioOf(sample.green(), 'simplecnn', 'ort-node/cpu')).toBe(1);
  expect(ratioOf(sample.green(), 'simplecnn', 'ort-node/cpu default threads')).toBe(1);
  expect(ratioOf(sample.green(), 'simplecnn', 'ort-node/cpu int8')).toBeCloseTo(0.71);
});

test('a wrong answer is never the yardstick, however fast', () => {
  const wrong = change((c) =>
    c.backend === 'ort-node/cpu' && c.precision === 'float32'
      ? { ...c, parity: { ...c.parity, verdict: 'mismatch' } }
      : c,
  );
  expect(ratioOf(wrong, 'simplecnn', 'torch/eager')).toBe(1);
  expect(ratioOf(wrong, 'simplecnn', 'ort-node/cpu')).toBeLessThan(1);
});

test('an accelerator is not the yardstick of processors', () => {
  const faster = change((c) =>
    c.backend === 'torch/eager' ? { ...c, backend: 'torch/cuda', latency: { ...c.latency, steady: 1e-5 } } : c,
  );
  expect(ratioOf(faster, 'simplecnn', 'ort-node/cpu')).toBe(1);
  expect(ratioOf(faster, 'simplecnn', 'torch/cuda')).toBeLessThan(1);
});

test('a backend that is not here has no row, although its file has a size', () => {
  const report = sample.red();
  const [first] = report.cases;
  if (first === undefined) throw new Error('the sample has cases');
  const gone = { verdict: 'unavailable', reason: 'no CUDA device' };
  const ghost: CaseRow = {
    ...first,
    id: 'simplecnn/float32/ort-node/cuda/b1/t1',
    backend: 'ort-node/cuda',
    parity: { ...first.parity, ...gone, maxAbs: null, flips: null },
    latency: { ...first.latency, ...gone, steady: null, samples: [] },
    accuracy: null,
    memory: { verdict: 'unavailable', peakBytes: null },
  };
  const [model] = viewModels({ ...report, cases: [...report.cases, ghost] });
  expect(model?.rows.map((row) => row.backend)).not.toContain('ort-node/cuda');
  expect(model?.absent.map((backend) => backend.id)).toEqual(['ort-node/cuda']);
});

test('a verdict without a column of its own (load, first) still marks its row', () => {
  const report = sample.green();
  const [template] = report.verdicts;
  if (template === undefined) throw new Error('the sample has verdicts');
  const load = {
    ...template,
    metric: 'load',
    case: 'simplecnn/float32/torch/eager',
    verdict: 'slower',
    red: true,
  };
  const rows = rowsOf({ ...report, verdicts: [...report.verdicts, load] }, 'simplecnn');
  expect(rows.filter((row) => row.verdict === 'slower').map(rowName)).toEqual(['torch/eager']);
});

test('a case of a model that nobody listed is still seen', () => {
  const report = { ...sample.green(), models: [] };
  expect(viewModels(report).map((one) => one.model.id)).toEqual(['simplecnn', 'fashion-cnn']);
});

test('the headline adds up, and says when verdicts are lost', () => {
  expect(headline(sample.red())).toBe('3 red · 56 held · 1 not here (ort-node/cuda) · 1 undecided · 0 without verdict');
  const lost = sample.green();
  lost.summary.planned += 2;
  expect(headline(lost)).toMatch(/2 without verdict$/);
});

test('only a run that exits 0 and judged something is on par', () => {
  expect([sample.red(), sample.green(), sample.empty()].map(conclusion)).toEqual([
    'Not on par',
    'All on par',
    'The run itself failed',
  ]);
  const idle = sample.empty();
  idle.summary.exitCode = 0;
  idle.summary.problems = [];
  expect(conclusion(idle)).toBe('Nothing was judged');
});

test('backends without their hardware are one line, and no row, no column and no part of the headline', () => {
  const row = { available: false, version: null, provider: null, bring: 'npx onpar doctor', idle: true };
  const report = sample.green();
  const idle = ['ort-node/cuda', 'torch/eager@cuda'].map((id) => ({ ...row, id, reason: 'no driver' }));
  const more = {
    ...report,
    backends: [...report.backends, ...idle, { ...row, id: 'ort-node/webgpu', reason: 'no GPU' }],
  };
  expect(idleWords(more)).toBe(
    'not asked for want of hardware: ort-node/cuda, torch/eager@cuda (no driver); ort-node/webgpu (no GPU): npx onpar doctor',
  );
  expect(idleWords(report)).toBeNull();
  expect(headline(more)).toBe(headline(report));
  expect(viewModels(more)).toEqual(viewModels(report));
  const words = (text: string): string[] => text.split('\n').filter((line) => line.includes('webgpu'));
  expect(words(renderTerminal(more, { color: false, width: 140 }))).toHaveLength(1);
  expect(renderTerminal(more, { color: false, width: 140 }).split('\n')[0]).toBe(
    renderTerminal(report, { color: false, width: 140 }).split('\n')[0],
  );
  const matrix = /<table class="matrix">.*?<\/table>/s;
  const assets = { css: '', script: '' };
  expect(matrix.exec(renderHtml(more, assets))?.[0]).toBe(matrix.exec(renderHtml(report, assets))?.[0]);
  expect(renderHtml(more, assets)).toContain('torch/eager@cuda');
});

test('formats of one precision share a row of the matrix, and each artifact can still be linked to', () => {
  const report = sample.green();
  const other = (c: (typeof report.cases)[number]): typeof c =>
    c.backend === 'tfjs/wasm' ? { ...c, artifact: 'tfjs', id: c.id.replace('/float32/', '/tfjs/') } : c;
  const [matrix = ''] =
    /<table class="matrix">.*?<\/table>/s.exec(
      renderHtml({ ...report, cases: report.cases.map(other) }, { css: '', script: '' }),
    ) ?? [];
  const rows = matrix.split('<tr').filter((row) => row.includes('simplecnn'));
  expect(rows.map((row) => /<span>([^<]*)<\/span><\/th>/.exec(row)?.[1])).toEqual(['float32', 'int8']);
  expect(rows[0]?.match(/<i id=/g)).toHaveLength(2);
  expect(rows[0]).not.toContain('—');
});
