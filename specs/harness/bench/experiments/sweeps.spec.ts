/** Sweeps of an experiment: their rows, the claims about memory, changing sizes and a fixed axis, and the section of the page. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { findBackend } from '../../../../src/backends/registry.ts';
import { kneeOf } from '../../../../src/stats/knee.ts';
import { emptyPoint } from '../../../../src/sweep/point.ts';
import type { Point } from '../../../../src/sweep/sweep.generated.ts';
import { tensor } from '../../../../src/tensor/tensor.ts';
import { Worker } from '../../../../src/workers/worker.ts';
import { bench } from '../../support/bench.ts';
import { linearModel, modelOf, node, valueInfo } from '../../support/onnx.ts';

const { withSweeps, sweepSection, fixedOf } = await bench('experiments/sweeps.mjs');
const { outcomesOf } = await bench('experiments/claims.mjs');
const { findingsOf } = await bench('experiments/rules/all.mjs');
const { fixBatch } = await bench('experiments/fixed.mjs');
const { readTable } = await bench('experiments/tables.mjs');
const e = readTable('E');

const point = (batch: number, spread = 0.01): Point => ({
  ...emptyPoint(batch, 'measured', ''),
  reason: null,
  steady: 0.01 * batch,
  interval: { low: 0.01 * batch * (1 - spread), high: 0.01 * batch * (1 + spread), level: 0.75 },
  throughput: 100,
  peakBytes: 2 ** 24 * batch,
  processes: 3,
});
const lost = (batch: number): Point => emptyPoint(batch, 'out-of-memory', 'needs more than the limit');

const sizes = [8, 16, 32, 64, 128, 256];
/** Up to `last` everything is measured, beyond it memory runs out. */
const pointsTo = (last: number): Point[] => sizes.map((batch) => (batch <= last ? point(batch) : lost(batch)));

type Changing = readonly { batch: number; ratio: number; interval: { low: number; high: number } }[] | null;
const ratioOf = (low: number, ratio: number, high: number): NonNullable<Changing> => [
  { batch: 8, ratio, interval: { low, high } },
];

const documentOf = (
  artifact: string,
  backend: string,
  points: readonly Point[],
  changing: Changing = null,
): object => ({
  limit: { bytes: 2 ** 31, by: 'sampling' },
  series: [
    {
      subject: `efficientnet-b1/${artifact}`,
      backend,
      reason: null,
      points,
      changing,
      knee: kneeOf(points.flatMap(({ batch, throughput }) => (throughput === null ? [] : [{ batch, throughput }]))),
    },
  ],
});

const blank = { models: [{ id: 'EfficientNet-B1' }], gains: [], absent: [], parity: [], rows: [] as any[] };
const systems = e.here.systems.map((system: any) => ({
  id: system.id,
  name: system.name ?? 'PyTorch',
  without: {},
  published: 'gpu',
  conditions: { device: 'cpu', synchronized: 'yes' },
}));
const oursWith = (...documents: object[]): any => withSweeps(e, { ...blank, systems }, documents);
const torch = (points: readonly Point[]): object => documentOf('torch', 'torch/eager', points);
const ort = (changing: Changing): object => documentOf('float32', 'ort-node/cpu', pointsTo(256), changing);

const claim = (says: string): any => e.claims.find((each: any) => each.says.includes(says));
const wordsOf = (says: string, ours: any): string[] =>
  outcomesOf(claim(says), ours, String).map(({ word }: any) => word);

describe('rows of a sweep', () => {
  it('have time and peak memory at each size, and what was lost in words', () => {
    const { rows } = oursWith(torch(pointsTo(64)), ort(null));
    expect(rows.map(({ label }: any) => label)).toEqual(
      sizes.flatMap((batch) => [`steady, batch ${batch}`, `peak memory, batch ${batch}`]),
    );
    const [time, memory] = rows.filter(({ conditions }: any) => conditions.batch === '128');
    expect(time.values).toEqual({ pytorch: 'out of memory', onnx: '1.28' });
    expect(memory.values).toEqual({ pytorch: 'out of memory', onnx: String(2 ** 31) });
    expect(time.intervals.pytorch).toBeNull();
  });

  it('are no second ones of what was measured already, and draw no doubt for want of memory', () => {
    const known = { model: 'EfficientNet-B1', label: 'steady, batch 8', values: {} };
    const { rows } = withSweeps(e, { ...blank, systems, rows: [known] }, [ort(null)]);
    expect(rows.filter(({ label }: any) => label === known.label)).toEqual([known]);
    const about = findingsOf(oursWith(torch(pointsTo(64)), ort(null))).map(({ rule }: any) => rule);
    expect(about).not.toContain('sweep without memory');
  });
});

describe('a claim about memory', () => {
  it.each([
    ['holds', pointsTo(64)],
    ['does not hold', pointsTo(256)],
    ['does not hold', pointsTo(128)],
    ['does not hold', pointsTo(16)],
    ['not testable here', pointsTo(64).slice(0, 4)],
  ])('%s', (word, points) => {
    expect(wordsOf('runs out of memory', oursWith(torch(points)))).toEqual([word]);
  });

  it('is not testable without a sweep', () => {
    expect(wordsOf('runs out of memory', oursWith())).toEqual(['not testable here']);
  });
});

describe('a claim about changing sizes', () => {
  it.each([
    ['holds', ratioOf(1.2, 1.3, 1.4)],
    ['does not hold', ratioOf(0.99, 1, 1.02)],
    ['undecided', ratioOf(1, 1.1, 1.3)],
    // One of three is chance.
    ['undecided', [...ratioOf(1.2, 1.3, 1.4), ...ratioOf(1, 1.1, 1.3), ...ratioOf(0.9, 1, 1.05)]],
    ['does not hold', [...ratioOf(1.2, 1.3, 1.4), ...ratioOf(0.9, 1, 1.05), ...ratioOf(0.9, 1, 1.05)]],
    ['not testable here', []],
    ['not testable here', null],
  ])('%s', (word, changing) => {
    expect(wordsOf('keeps changing', oursWith(ort(changing)))).toEqual([word]);
  });
});

describe('a claim about a fixed axis', () => {
  const beside = (symbolic: Point, fixed: Point): any => ({
    ...oursWith(),
    fixed: fixedOf({ series: [{ points: [symbolic] }, { points: [fixed] }] }),
  });
  const slower = (factor: number, spread = 0.001): Point => {
    const { steady, ...rest } = point(8, spread);
    return {
      ...rest,
      steady: (steady ?? 0) * factor,
      interval: { low: 0.08 * factor * (1 - spread), high: 0.08 * factor * (1 + spread), level: 0.75 },
    };
  };

  it.each([
    ['holds', slower(1)],
    ['does not hold', slower(1.05)],
    ['undecided', slower(1.01)],
    ['not testable here', lost(8)],
    ['not testable here', { ...slower(1), interval: null }],
  ])('%s', (word, symbolic) => {
    expect(wordsOf('fixed batch axis', beside(symbolic, slower(1)))).toEqual([word]);
  });

  it('is not testable where no such file was made', () => {
    expect(wordsOf('fixed batch axis', oursWith())).toEqual(['not testable here']);
  });
});

describe('the section of a page', () => {
  it('has every point, its peak and the knee, and is none without a sweep', () => {
    const text = sweepSection({ ours: oursWith(torch(pointsTo(64)), ort(ratioOf(1.2, 1.3, 1.4))) });
    expect(text).toMatch(/PyTorch +\| 128 +\| out of memory: needs more than the limit/);
    expect(text).toMatch(/ONNX Runtime CPU +\| 8 +\| 80\.0 ±0\.8 ms +\| 100 +\| 128 MiB +\| 1\.30x/);
    expect(text).toContain('- PyTorch: knee at batch 8');
    expect(sweepSection({ ours: oursWith() })).toBe('');
  });
});

describe('a file with its batch axis fixed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'onpar-fixed-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const weights = Array.from({ length: 12 }, (_, index) => index - 5);

  it('is the very file that its exporter would have written so', () => {
    const fixed = fixBatch(linearModel(4, 3, weights), 8);
    expect(Buffer.from(fixed).equals(linearModel(4, 3, weights, 8))).toBe(true);
    // Twice the same name, and another one that stays.
    const text = (batch: number | string): Uint8Array =>
      modelOf({
        nodes: [node('Add', ['a', 'b'], ['y'])],
        inputs: [valueInfo('a', 'float32', [batch, 'sequence']), valueInfo('b', 'float32', [batch, 'sequence'])],
        outputs: [valueInfo('y', 'float32', [batch, 'sequence'])],
      });
    expect(Buffer.from(fixBatch(text('batch'), 300)).equals(text(300))).toBe(true);
  });

  it('answers the same', async () => {
    const options = {
      root: fileURLToPath(new URL('../../../..', import.meta.url)),
      threads: 1,
      core: null,
      deadline: 60,
    };
    const worker = new Worker(await findBackend('ort-node/cpu'), options);
    const x = tensor(
      'float32',
      [2, 4],
      Float32Array.from({ length: 8 }, (_, index) => index / 3),
    );
    const answers: { axis: unknown; y: unknown }[] = [];
    try {
      for (const bytes of [linearModel(4, 3, weights), fixBatch(linearModel(4, 3, weights), 2)]) {
        writeFileSync(join(folder, 'model.onnx'), bytes);
        const { inputs } = await worker.open(join(folder, 'model.onnx'));
        answers.push({ axis: inputs[0]?.dims[0], y: (await worker.run({ x })).outputs['y'] });
      }
    } finally {
      await worker.close();
    }
    expect(answers.map(({ axis }) => axis)).toEqual(['batch', 2]);
    expect(answers[1]?.y).toEqual(answers[0]?.y);
  });

  it('is refused where no axis has a name', () => {
    expect(() => fixBatch(linearModel(4, 3, weights, 8), 2)).toThrow('no input has a symbolic axis');
  });
});
