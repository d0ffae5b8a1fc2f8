import { beforeAll, describe, expect, test } from 'vitest';
import { defaultAccuracyTolerance } from '../../../src/judge/accuracy.ts';
import { judgeLatency } from '../../../src/judge/latency.ts';
import { parityTarget } from '../../../src/judge/parity.ts';
import { steadyMargins } from '../../../src/judge/settings.ts';
import type { Verdict } from '../../../src/judge/verdict.ts';
import {
  hasMoved,
  hasShape,
  judgeMetric,
  type JudgeContext,
  type Metric,
  type Target,
} from '../../../src/metrics/metric.ts';
import { loadMetrics } from '../../../src/metrics/registry.ts';
import { divergingOutputs } from '../../../src/metrics/sources.ts';
import { normal, randomFrom } from '../../../src/stats/random.ts';
import { toSample } from '../../../src/stats/sample.ts';
import { luck } from '../support/noise.ts';

let metrics: ReadonlyMap<string, Metric>;
beforeAll(async () => {
  metrics = await loadMetrics();
});
const get = (id: string): Metric => {
  const metric = metrics.get(id);
  if (!metric) throw new Error(`no metric ${id}`);
  return metric;
};

const context: JudgeContext = {
  today: '2026-11-23',
  divergence: undefined,
  tolerance: defaultAccuracyTolerance,
  pairings: [],
  waiting: null,
};
const sample = toSample([1.23456e-3, 1.2e-3, 1.21e-3, 1.22e-3, 1.23e-3]);
const slow = (factor: number) => toSample(sample.map((value) => value * factor));
const parity = (excess: number) => ({
  ...parityTarget([], null, 'torch'),
  vacuous: null,
  excess,
  nmse: 1.23456e-12,
});
const accuracy = {
  dataset: 'd',
  n: 100,
  correct: 90,
  flips: 1,
  firmFlips: 1,
  nearTies: 1,
  precision: 'float32',
  referenceCorrect: 90,
} as const;

describe('one case green and one red each', () => {
  test.each<[string, Target, Target, Verdict, Verdict]>([
    ['parity', parity(0.123456), parity(2), 'match', 'mismatch'],
    ['accuracy', accuracy, { ...accuracy, correct: 80 }, 'held', 'regressed'],
    ['size', 1_234_567, 1_234_568, 'held', 'regressed'],
    ['memory', 123_456_789, 200_000_000, 'held', 'regressed'],
    ['latency', sample, slow(1.5), 'steady', 'slower'],
    ['load', sample, slow(2), 'steady', 'slower'],
    ['first', sample, slow(2), 'steady', 'slower'],
  ])('%s', (id, good, bad, green, red) => {
    const metric = get(id);
    const committed = metric.round(good);
    expect(hasShape(metric, committed as never)).toBe(true);
    expect(judgeMetric(metric, good, committed as never, context).verdict).toBe(green);
    expect(judgeMetric(metric, bad, committed as never, context).verdict).toBe(red);
    expect(hasMoved(green, good, committed as never)).toBe(false);
    expect(hasMoved(red, bad, committed as never)).toBe(true);
    expect(hasMoved(green, good, undefined)).toBe(true);
  });

  test('load and first have wider margins than latency', () => {
    const committed = [...sample];
    expect(judgeMetric(get('load'), slow(1.4), committed as never, context).verdict).toBe('steady');
    expect(judgeMetric(get('first'), slow(1.4), committed as never, context).verdict).toBe('steady');
    expect(judgeMetric(get('latency'), slow(1.4), committed as never, context).verdict).toBe('slower');
  });

  test.each(['load', 'first', 'latency'])(
    '%s is no alarm where others had the core for longer than explains it',
    (id) => {
      const committed = [...slow(1)];
      expect(judgeMetric(get(id), slow(9), committed as never, { ...context, waiting: 0.8 }).verdict).toBe('unfit');
      expect(judgeMetric(get(id), slow(9), committed as never, { ...context, waiting: 0.5 }).verdict).toBe('slower');
      expect(judgeMetric(get(id), slow(9), committed as never, { ...context, waiting: 0.02 }).verdict).toBe('slower');
    },
  );

  test('the context reaches the judges', () => {
    const divergence = { reason: 'known', expires: '2027-01-01' };
    expect(judgeMetric(get('parity'), parity(2), undefined, { ...context, divergence }).verdict).toBe('divergence');
    const int8 = { ...accuracy, precision: 'int8', flips: 5 } as const;
    expect(judgeMetric(get('accuracy'), int8, metrics.get('accuracy')?.round(accuracy) as never, context).verdict).toBe(
      'regressed',
    );
    const wide = { ...context, tolerance: { accuracyLoss: 0.1, flips: 0.1 } };
    expect(judgeMetric(get('accuracy'), int8, metrics.get('accuracy')?.round(accuracy) as never, wide).verdict).toBe(
      'held',
    );
  });
});

test('what is committed is rounded: four digits for seconds and peak bytes, three for parity, counts and sizes exact', () => {
  expect(get('latency').round(sample)).toEqual([0.0012, 0.00121, 0.00122, 0.00123, 0.001235]);
  expect(get('memory').round(123_456_789)).toBe(123_500_000);
  expect(get('size').round(1_234_567)).toBe(1_234_567);
  expect(get('parity').round(parity(0.123456))).toEqual({ excess: 0.123, nmse: 1.23e-12 });
  expect(get('accuracy').round(accuracy)).toEqual({ dataset: 'd', n: 100, correct: 90, flips: 1 });
});

test('memory of what is compiled while it runs may double, by chance; of what is not, grow by a fifth', () => {
  const verdict = (peak: number, jit: boolean): string =>
    judgeMetric(get('memory'), peak * 2 ** 20, 200 * 2 ** 20, { ...context, jit }).verdict;
  expect([250, 260, 410, 420].map((peak) => verdict(peak, false))).toEqual([
    'held',
    'regressed',
    'regressed',
    'regressed',
  ]);
  expect([250, 260, 410, 420].map((peak) => verdict(peak, true))).toEqual(['held', 'held', 'held', 'regressed']);
});

test('only parity depends on the instruction-set class', () => {
  expect([...metrics.values()].filter(({ byClass }) => byClass).map(({ id }) => id)).toEqual(['parity']);
});

test('every metric takes its own quantity from a measurement', () => {
  const latency = {
    load: [0.2, 0.1],
    first: [0.02, 0.01],
    batches: [{ batch: 1, steady: [2e-3, 1e-3], overhead: 0 }],
    pinned: true,
    waiting: null,
  };
  expect(get('load').take(latency, 'float32')).toEqual([0.1, 0.2]);
  expect(get('first').take(latency, 'float32')).toEqual([0.01, 0.02]);
  expect(get('latency').take(latency, 'float32')).toEqual([1e-3, 2e-3]);
  expect(get('memory').take({ batches: [], peakBytes: 7 }, 'float32')).toBe(7);
  expect(get('size').take(11, 'float32')).toBe(11);
  const counted = { dataset: 'd', n: 10, correct: 9, flips: 1, firmFlips: 0, nearTies: 0, referenceCorrect: 10 };
  expect(get('accuracy').take(counted, 'int8')).toEqual({ ...counted, precision: 'int8' });
});

test('answers are judged by their furthest relation, and one that proves nothing goes first', () => {
  const relation = (excess: number, vacuous: string | null = null) => ({
    against: `${excess}`,
    explanation: null,
    comparison: { outputs: [], excess, vacuous, flips: null },
  });
  const visit = (...relations: readonly ReturnType<typeof relation>[]) => ({
    batches: [
      { batch: 1, rows: 1, relations: [relation(0.1)] },
      { batch: 8, rows: 8, relations },
    ],
    peakBytes: 1,
  });
  expect(get('parity').take(visit(relation(0.5), relation(0.2)), 'float32')).toMatchObject({ against: '0.5' });
  expect(get('parity').take(visit(relation(0.5), relation(0.2, 'constant')), 'float32')).toMatchObject({
    against: '0.2',
  });
  const outputs = (against: string, excess: Readonly<Record<string, number>>) => ({
    ...relation(0),
    against,
    comparison: {
      ...relation(0).comparison,
      outputs: Object.entries(excess).map(([output, each]) => ({ output, excess: each }) as never),
    },
  });
  const several = {
    batches: [
      { batch: 1, rows: 1, relations: [outputs('torch', { y: 3, z: 1 }), outputs('ort', { y: 0.5, z: NaN })] },
      { batch: 8, rows: 8, relations: [outputs('torch', { y: 7, z: 1 })] },
    ],
    peakBytes: 1,
  };
  const taken = get('parity').take(several, 'float32');
  const diverging = [
    { what: 'y against torch', excess: 7 },
    { what: 'z against ort', excess: NaN },
  ];
  expect(taken).toMatchObject({ diverging });
  expect(divergingOutputs(several)).toEqual(diverging);
  expect(divergingOutputs({ batches: several.batches.toReversed() })).toEqual(diverging);
  expect(get('parity').round(taken)).toMatchObject({ diverging: ['y against torch', 'z against ort'] });
  expect(get('parity').take({ batches: [], peakBytes: 1 }, 'float32')).toMatchObject({
    vacuous: 'no output was compared',
  });
});

test('scopes and suites', () => {
  const rows = [...metrics.values()].map(({ id, scope, suite }) => [id, scope, suite].join(' '));
  expect(rows).toEqual([
    'accuracy portable accuracy',
    'first machine latency',
    'latency machine latency',
    'load machine latency',
    'memory machine memory',
    'parity portable parity',
    'relation portable relations',
    'size portable size',
  ]);
});

test('a value of another shape is refused, on either side', () => {
  expect(() => judgeMetric(get('size'), sample, 1, context)).toThrow('size judges a scalar');
  expect(() => judgeMetric(get('load'), 1, undefined, context)).toThrow('load judges a sample');
  expect(() => judgeMetric(get('parity'), accuracy, undefined, context)).toThrow('parity judges a parity');
  expect(() => judgeMetric(get('accuracy'), parity(0), undefined, context)).toThrow('accuracy judges a accuracy');
  expect(() => judgeMetric(get('size'), 1, { excess: 0, nmse: 0 }, context)).toThrow(
    'the baseline of size is no scalar',
  );
  const shapes = {
    scalar: 1,
    sample: [1, 2],
    days: { '2026-11-23': [1, 2], '2026-11-24': [1, 2] },
    parity: { excess: 0, nmse: 0 },
    accuracy: { dataset: 'd', n: 1, correct: 1, flips: 0 },
  };
  for (const metric of metrics.values())
    for (const [shape, value] of Object.entries(shapes))
      // A latency that was blessed before days were kept is a sample; of a relation the figure is kept.
      expect(hasShape(metric, value as never), `${metric.id} ${shape}`).toBe(
        shape === metric.shape ||
          (metric.shape === 'days' && shape === 'sample') ||
          (metric.shape === 'relation' && shape === 'scalar'),
      );
});

test('an undecided latency is rewritten only if more processes were measured than are committed', () => {
  const [five, three] = [toSample([1, 2, 3, 4, 5]), [1, 2, 3]];
  expect(hasMoved('inconclusive', five, three as never)).toBe(true);
  expect(hasMoved('inconclusive', toSample([1, 2, 3]), three as never)).toBe(false);
  expect(hasMoved('unfit', five, three as never)).toBe(false);
  for (const verdict of ['faster', 'slower', 'improved', 'regressed', 'mismatch', 'unbaselined'] as const)
    expect(hasMoved(verdict, five, three as never)).toBe(true);
  for (const verdict of ['match', 'divergence', 'held', 'steady'] as const)
    expect(hasMoved(verdict, five, three as never)).toBe(false);
});

describe('latency against days of bless', () => {
  const days = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, day) => [`2026-11-0${day + 1}`, [...slow(1 + day / 1000)]]));
  const judge = (count: number, factor: number, pairings = context.pairings) =>
    judgeMetric(get('latency'), slow(factor), days(count) as never, { ...context, pairings });

  test('from four days on a small slowdown is red; fewer are judged by their processes, at wide margins', () => {
    expect(judge(4, 1.05)).toMatchObject({ verdict: 'slower', sentences: [expect.stringContaining('the 4 days')] });
    expect(judge(3, 1.05)).toMatchObject({ verdict: 'steady', sentences: [expect.stringContaining('5 and 15 fresh')] });
    expect(judge(3, 1.5).verdict).toBe('slower');
  });

  test('a quick look of fewer processes is not held to the days', () => {
    const few = judgeMetric(get('latency'), toSample(slow(1.05).slice(0, 3)), days(8) as never, context);
    expect(few).toMatchObject({ verdict: 'steady', sentences: [expect.stringContaining('3 and 40 fresh')] });
  });

  test('where nothing that it runs on differs from a base, only what is gross is red', () => {
    const same = { kind: 'same', against: 'main@3f2a1c9' } as const;
    expect(judge(8, 1.05, [same]).verdict).toBe('steady');
    expect(judge(8, 1.5, [same]).verdict).toBe('slower');
  });

  test('a day among days that differ by a fifth is red no more often than is promised, as its processes alone would be', () => {
    const random = randomFrom(9);
    const same = { kind: 'same', against: 'main@3f2a1c9' } as const;
    const day = (): number[] => {
      const level = Math.exp(0.2 * normal(random));
      return Array.from({ length: 5 }, () => level * (1 + 0.01 * random()));
    };
    const trials = 1500;
    let [red, alone] = [0, 0];
    for (let i = 0; i < trials; i += 1) {
      const known = Object.fromEntries(Array.from({ length: 8 }, (_, at) => [`2026-11-0${at + 1}`, day()]));
      const today = toSample(day());
      const judgement = judgeMetric(get('latency'), today, known as never, { ...context, pairings: [same] });
      red += judgement.verdict === 'slower' ? 1 : 0;
      const processes = toSample(Object.values(known).flat());
      alone += judgeLatency(today, processes, steadyMargins).verdict === 'slower' ? 1 : 0;
    }
    expect(red / trials).toBeLessThan(0.02 + luck(0.02, trials));
    expect(alone / trials).toBeGreaterThan(0.05);
  });
});
