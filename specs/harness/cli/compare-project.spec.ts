import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { newProject } from '../support/project.ts';
import { onparIn } from './onpar.ts';

const project = newProject();
afterAll(() => project.remove());
project.card('linear', { latency: { gated: ['float32/ort-node/cpu', 'float32/ort-web/wasm'] } });
const onpar = onparIn(project.root);

interface Report {
  readonly cases: readonly { model: string; backend: string; batch: number; parity: { verdict: string } }[];
}

describe('onpar compare in a project', () => {
  test('shows the backend that was asked for, although the cards gate others, and writes a report', async () => {
    const { code, stdout, stderr } = await onpar([
      'compare',
      'linear',
      '--backend',
      'ort-node/cpu',
      '--batch',
      '1',
      '--json',
    ]);
    expect(stderr).toBe('');
    const { cases } = JSON.parse(stdout) as Report;
    expect(cases.map(({ model, backend, batch, parity }) => [model, backend, batch, parity.verdict])).toEqual([
      ['linear', 'ort-node/cpu', 1, 'match'],
    ]);
    expect(code).toBe(0);
    for (const name of ['report.json', 'report.html'])
      expect(existsSync(join(project.root, '.onpar', name))).toBe(true);
  });

  test.each([
    [['linaer'], 'did you mean linear?'],
    [['linear', 'int8'], "unknown model 'linear int8'"],
    [['--backend', 'ort-web/wsam'], 'did you mean ort-web/wasm?'],
    [['--batch', 'many'], 'is no whole number'],
  ])('refuses %j', async (args, words) => {
    const { code, stdout, stderr } = await onpar(['compare', ...args]);
    expect(stderr).toContain(words);
    expect([code, stdout]).toEqual([2, '']);
  });

  test('refuses an altered artifact by red verdicts that name the file, with nothing run', async () => {
    const altered = newProject();
    altered.card('linear');
    altered.put('fixtures/models/linear/model.onnx', 'not what the card says');
    const { code, stdout } = await onparIn(altered.root)([
      'compare',
      'linear',
      '--backend',
      'ort-node/cpu',
      '--batch',
      '1',
    ]);
    altered.remove();
    expect(code).toBe(1);
    expect(stdout).toContain('refused');
    expect(stdout).toContain('model.onnx');
  });
});
