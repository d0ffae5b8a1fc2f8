import { describe, expect, test } from 'vitest';
import { listBackends } from '../../../src/backends/registry.ts';
import { caseId } from '../../../src/cases/case.ts';
import type { Case } from '../../../src/cases/case.ts';
import { depthOf, maxGatedLatency, planCases } from '../../../src/cases/plan.ts';
import type { Project } from '../../../src/cases/project.ts';
import type { Metric } from '../../../src/metrics/metric.ts';
import { loadMetrics } from '../../../src/metrics/registry.ts';
import type { Model } from '../../../src/models/card.ts';
import { refusal } from '../support/refusal.ts';

/** Without those for GPUs: used-backends.spec.ts tells of them. */
const backends = (await listBackends()).filter(({ needs }) => needs === undefined);
const metrics = await loadMetrics();
const metricOf = (id: string): Metric => metrics.get(id) ?? expect.unreachable(`no metric ${id}`);

const model = (id: string, parts: object = {}): Model => ({
  folder: `/${id}`,
  card: {
    id,
    inputs: [{ name: 'x', dtype: 'float32', dims: ['batch', 4] }],
    outputs: [],
    artifacts: { float32: { format: 'onnx' }, tfjs: { format: 'tfjs' } },
    ...parts,
  } as unknown as Model['card'],
});

const project = (...models: readonly Model[]): Project => ({
  root: '/',
  models,
  backends,
  datasets: new Map([
    ['digits', { card: { id: 'digits', count: 10_000 } as never, located: { found: false, reason: 'not here' } }],
  ]),
});

const ids = (cases: readonly Case[]): string[] => cases.map(caseId);

describe('planned cases', () => {
  test('of parity are every artifact on every backend that opens its format, here or not', () => {
    const cases = planCases(project(model('m')), metricOf('parity'), 'commit');
    expect(ids(cases)).toEqual([
      'm/float32/ort-node/cpu',
      'm/float32/ort-web/wasm',
      'm/tfjs/tfjs/cpu',
      'm/tfjs/tfjs-node/cpu',
      'm/tfjs/tfjs/wasm',
    ]);
    for (const each of cases)
      expect(each).toMatchObject({ metric: 'parity', model: 'm', batch: null, threads: 1, images: null });
  });

  test("of a metric of one's own depend on where its values come from alone", () => {
    const cases = planCases(project(model('m')), { ...metricOf('memory'), id: 'energy' }, 'commit');
    expect(cases.map(({ metric }) => metric)).toEqual(Array.from({ length: 5 }, () => 'energy'));
  });

  test('of size need no backend', () => {
    expect(ids(planCases(project(model('m')), metricOf('size'), 'commit'))).toEqual(['m/float32', 'm/tfjs']);
  });

  test('of accuracy exist only where the card names a data set, data at hand or not', () => {
    expect(planCases(project(model('m')), metricOf('accuracy'), 'commit')).toEqual([]);
    expect(planCases(project(model('m', { dataset: 'digits' })), metricOf('accuracy'), 'commit')).toHaveLength(5);
  });

  test('of accuracy look at no more images than a backend affords, all of them in the full suite', () => {
    const images = (depth: 'commit' | 'full'): Record<string, number | null> =>
      Object.fromEntries(
        planCases(project(model('m', { dataset: 'digits' })), metricOf('accuracy'), depth).map((each) => [
          each.backend,
          each.images,
        ]),
      );
    expect(images('commit')).toEqual({
      'ort-node/cpu': 10_000,
      'ort-web/wasm': 1_000,
      'tfjs/cpu': 8,
      'tfjs-node/cpu': 1_000,
      'tfjs/wasm': 500,
    });
    expect(images('full')).toEqual({
      'ort-node/cpu': 10_000,
      'ort-web/wasm': 10_000,
      'tfjs/cpu': 500,
      'tfjs-node/cpu': 10_000,
      'tfjs/wasm': 10_000,
    });
  });

  test('of latency, load and first are those that the cards gate, at the smallest batch and one thread', () => {
    const gating = project(
      model('m', { batches: [8, 1], latency: { gated: ['tfjs/tfjs/wasm', 'float32/ort-node/cpu'] } }),
      model('n'),
    );
    for (const metric of ['latency', 'load', 'first'])
      expect(ids(planCases(gating, metricOf(metric), 'commit'))).toEqual([
        'm/tfjs/tfjs/wasm/b1/t1',
        'm/float32/ort-node/cpu/b1/t1',
      ]);
  });

  test('have ids that name one case each', () => {
    const whole = project(
      model('m', { dataset: 'digits', latency: { gated: ['float32/ort-node/cpu'] } }),
      model('n', { dataset: 'digits' }),
    );
    for (const metric of ['parity', 'accuracy', 'size', 'latency', 'memory']) {
      const names = ids(planCases(whole, metricOf(metric), 'full'));
      expect(new Set(names).size).toBe(names.length);
    }
  });

  test('of a backend that no commit affords are those of the full suite alone', () => {
    const torch = project(model('m', { artifacts: { torch: { format: 'torch' } }, dataset: 'digits' }));
    const planned = (depth: 'commit' | 'full'): string[] =>
      ['parity', 'accuracy', 'memory'].flatMap((id) => ids(planCases(torch, metricOf(id), depth)));
    expect(planned('commit').filter((id) => id.includes('torch/compile'))).toEqual([]);
    expect(planned('full').filter((id) => id.includes('torch/compile'))).toHaveLength(3);
    expect(planned('commit').filter((id) => id.includes('torch/eager'))).toHaveLength(3);
  });

  test('of no models are none', () => {
    expect(planCases(project(), metricOf('parity'), 'commit')).toEqual([]);
  });
});

describe('a plan is refused', () => {
  const gated = (keys: readonly string[]): object => ({ latency: { gated: keys } });
  const many = (count: number): object => gated(Array.from({ length: count }, () => 'float32/ort-node/cpu'));

  test('with more gated latency cases than fit into a commit, all models together', async () => {
    expect(planCases(project(model('m', many(maxGatedLatency))), metricOf('latency'), 'commit')).toHaveLength(18);
    const error = await refusal(() =>
      planCases(project(model('m', many(10)), model('n', many(9))), metricOf('latency'), 'commit'),
    );
    expect(error.what).toBe("19 latency cases are gated, at most 18 fit into a commit's run");
  });

  test('with an unknown backend, naming the model and the backends', async () => {
    const error = await refusal(() =>
      planCases(project(model('m', gated(['float32/ort-node/gpu']))), metricOf('latency'), 'commit'),
    );
    expect(error.message).toContain("latency.gated of model m: unknown backend 'ort-node/gpu'");
    expect(error.fix).toContain('ort-node/cpu');
  });

  test.each([
    ['latency.paired', { paired: { 'float32/ort-node/cppu': { margin: 0.01 } } }],
    ['latency.accepted', { accepted: [{ case: 'float32/ort-node/cppu', ratio: 1.1, reason: 'meant' }] }],
  ])('with an unknown backend in %s: its wish would be ignored', async (field, wish) => {
    const card = { latency: { gated: ['float32/ort-node/cpu'], ...wish } };
    const error = await refusal(() => planCases(project(model('m', card)), metricOf('latency'), 'commit'));
    expect(error.message).toContain(`${field} of model m: unknown backend 'ort-node/cppu'`);
  });

  test('with a backend that does not open the artifact', async () => {
    const error = await refusal(() =>
      planCases(project(model('m', gated(['float32/tfjs/wasm']))), metricOf('latency'), 'commit'),
    );
    expect(error.what).toBe("'float32/tfjs/wasm': tfjs/wasm does not open onnx files");
  });
});

test('ONPAR_FULL=1 asks for the full suite, anything else does not', () => {
  expect(depthOf({ ONPAR_FULL: '1' })).toBe('full');
  for (const env of [{}, { ONPAR_FULL: '' }, { ONPAR_FULL: '0' }]) expect(depthOf(env)).toBe('commit');
});
