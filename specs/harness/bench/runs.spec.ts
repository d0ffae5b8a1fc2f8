/** Committed latencies and timed diffs on docs/gate.md: from recorded lines to a goal that is met or missed. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { randomFrom } from '../../../src/stats/random.ts';
import { bench } from '../support/bench.ts';
import { noises } from '../support/noise.ts';

const { addLine } = await bench('gate/certify/lines.mjs');
const { readCommitted } = await bench('gate/certify/committed.mjs');
const { countsOf, readDiffs } = await bench('gate/certify/diffs.mjs');
const { certify } = await bench('gate/certify/certification.mjs');
const { goalsOf } = await bench('gate/certify/goals.mjs');
const { page } = await bench('gate/certify/page.mjs');

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'onpar-runs-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const goalOf = (figures: object, start: string): { shown: string; met: boolean | null } =>
  goalsOf(figures).find(({ what }: { what: string }) => what.startsWith(start));

describe('committed latencies', () => {
  /** Five processes of five visits; `apart`: SD of a session. */
  async function recorded(sessions: number, apart: number): Promise<object> {
    const random = randomFrom(3);
    for (let at = 0; at < sessions; at += 1) {
      const level = Math.exp(apart * noises['normal']!(random));
      const minima = (): number[] => Array.from({ length: 5 }, () => 1e-3 * level * (1 + 0.0005 * random()));
      const processes = Array.from({ length: 5 }, () => ({ minima: minima(), beside: [] }));
      addLine(folder, 'one', { at: 3600 * at, case: 'some case', processes });
    }
    return certify([], { committed: await readCommitted(folder) });
  }

  it('meet their goal where sessions are alike', async () => {
    const figures = await recorded(50, 0.002);
    expect(goalOf(figures, 'committed latency, some case, `one`')).toMatchObject({
      shown: expect.stringMatching(/^40 \/ 0 of 40 that overlap/),
      met: true,
    });
    expect(page(figures)).toMatch(/\| `one` +\| some case +\| 40 +\| 49\.0 +\| 0 +\| \d+ +\| 40 +\|/);
  });

  it('miss it where sessions lie as far apart as what is to be found', async () => {
    expect(goalOf(await recorded(50, 0.05), 'committed latency')).toMatchObject({ met: false });
  });

  it('say nothing of too few, and are none where none was recorded', async () => {
    expect(goalOf(await recorded(49, 0.002), 'committed latency')).toMatchObject({ met: null });
    expect(await readCommitted(join(folder, 'none'))).toEqual([]);
    expect(page(certify([], {}))).not.toContain('Committed latency');
  });
});

describe('timed diffs', () => {
  const cell = { move: 'same' };
  const none = { move: 'none' };
  const compared = (accuracy: object | null): object => ({
    differs: ['runtime 1 -> 2'],
    parity: cell,
    accuracy,
    size: cell,
    latency: { move: 'worse' },
  });
  const diff = (seconds: number, accuracy: object | null = cell): object => ({
    onpar: '1',
    base: 'runtime@1',
    columns: ['parity', 'accuracy', 'size', 'latency'],
    seconds,
    // A case of which nothing differs is in no column.
    cases: [compared(accuracy), { ...compared(cell), differs: [] }],
  });
  const timed = (models: Readonly<Record<string, object>>): object => {
    for (const [model, one] of Object.entries(models))
      addLine(folder, 'one', { model, ours: 'runtime@2', ...countsOf(one) });
    return certify([], { diffs: readDiffs(folder) });
  };

  it('meet their goal with both models in two minutes, together', () => {
    const figures = timed({ simplecnn: diff(70), 'fashion-cnn': diff(50), 'tiny-text': diff(30) });
    expect(goalOf(figures, '`onpar diff` of runtime@1 -> runtime@2')).toMatchObject({
      shown: '2 models, 2 with four columns of every case, 120.0 s',
      met: true,
    });
    expect(page(figures)).toMatch(/\| tiny-text +\| 1 +\| 1 +\| 1 +\| 1 +\| 1 +\| 30\.0 s \| 1 +\|/);
  });

  it('miss it where they take longer, by their middle run, or where a column says nothing of a case', () => {
    timed({ simplecnn: diff(71), 'fashion-cnn': diff(50) });
    timed({ simplecnn: diff(80) });
    // The last run and the mean would meet it.
    expect(goalOf(timed({ simplecnn: diff(20) }), '`onpar diff`')).toMatchObject({ met: false });
    for (const accuracy of [none, null, { move: 'undecided' }])
      expect(goalOf(timed({ simplecnn: diff(1, accuracy) }), '`onpar diff`')).toMatchObject({
        shown: expect.stringContaining('1 with four columns'),
        met: false,
      });
  });

  it('miss it where nothing differs', () => {
    const same = { ...diff(1), cases: [{ ...compared(cell), differs: [] }] };
    expect(goalOf(timed({ simplecnn: same, 'fashion-cnn': same }), '`onpar diff`')).toMatchObject({ met: false });
  });

  it('say nothing of one model alone, and are none where none was timed', () => {
    expect(goalOf(timed({ simplecnn: diff(1) }), '`onpar diff`')).toMatchObject({ met: null });
    expect(readDiffs(join(folder, 'none'))).toEqual([]);
    expect(page(certify([], {}))).not.toContain('What moved');
  });
});
