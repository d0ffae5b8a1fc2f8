/** The cases of the sample: plausible times from a few factors, without a clock or a random number, so goldens hold. */
import type { CaseRow, Interval, ModelRow } from '../../../src/report/report.generated.ts';

export interface Plan extends ModelRow {
  /** Seconds a call at batch 1 on ort-node/cpu, one thread, and what 32 inputs cost of it. */
  base: number;
  batched: number;
  bytes: number;
  accuracy: number | null;
  quantized: boolean;
}

export const models: Plan[] = [
  {
    id: 'simplecnn',
    name: 'SimpleCNN',
    parameters: 2_621_540,
    reference: 'torch float64, 64 images',

    dataset: 'CIFAR-10',
    base: 0.00087,
    batched: 20.6,
    bytes: 10_498_232,
    accuracy: 0.7612,
    quantized: true,
  },
  {
    id: 'fashion-cnn',
    name: 'fashion-cnn',
    parameters: 421_642,
    reference: 'torch float64, 64 images',

    dataset: 'Fashion-MNIST',
    base: 0.000231,
    batched: 11.2,
    bytes: 1_687_904,
    accuracy: 0.9241,
    quantized: true,
  },
  {
    id: 'resnet34',
    name: 'ResNet-34, seeded',
    parameters: 21_797_672,
    reference: 'torch float64, 4 inputs',
    dataset: null,
    base: 0.0713,
    batched: 30.4,
    bytes: 87_261_104,
    accuracy: null,
    quantized: false,
  },
];

/** Makes the cases agree with the troubles above. */
export function inTrouble(c: CaseRow): CaseRow {
  if (c.id.startsWith('simplecnn/float32/tfjs/wasm/')) return mismatching(c);
  if (c.id === 'fashion-cnn/float32/ort-node/cpu/b1/t1') return { ...c, latency: { ...c.latency, verdict: 'slower' } };
  if (c.id === 'fashion-cnn/int8/ort-node/cpu/b1/t1') return { ...c, latency: { ...c.latency, verdict: 'faster' } };
  if (c.id === 'simplecnn/int8/ort-node/cpu/b8/t1') return { ...c, latency: { ...c.latency, verdict: 'inconclusive' } };
  if (c.id === 'resnet34/float32/ort-web/wasm/b32/t1') return crashed(c);
  return c;
}

function mismatching(c: CaseRow): CaseRow {
  const worst = [
    { index: [12, 3], actual: -1.92, expected: 1.49, difference: 3.41, ulp: 28_602_190 },
    { index: [40, 0], actual: 2.07, expected: -0.98, difference: 3.05, ulp: 25_580_021 },
    { index: [7, 9], actual: 'NaN' as const, expected: 0.41, difference: 'NaN' as const, ulp: null },
  ];
  const histogram = { edges: [1e-4, 1e-3, 1e-2, 0.1, 1, 10], counts: [2, 18, 141, 402, 77] };
  const parity = {
    ...c.parity,
    verdict: 'mismatch',
    maxAbs: 3.41,
    excess: 'Infinity' as const,
    nmse: 0.31,
    histogram,
    worst,
  };
  return { ...c, parity: { ...parity, flips: { count: 512, n: 640 } } };
}

function crashed(c: CaseRow): CaseRow {
  const gone = { verdict: 'crashed', reason: 'the worker ended with signal SIGABRT' };
  return {
    ...c,
    parity: { ...gone, maxAbs: null, excess: null, nmse: null, flips: null, against: c.parity.against },
    latency: {
      ...c.latency,
      ...gone,

      steady: null,
      interval: null,
      throughput: null,
      load: null,
      first: null,
      processes: 0,
      samples: [],
    },
    memory: { verdict: 'crashed', peakBytes: 4_294_967_296 },
  };
}

export function casesOf(model: Plan): CaseRow[] {
  const plain = Object.keys(manners).flatMap((backend) =>
    model.id === 'resnet34' && backend.startsWith('tfjs') ? [] : [[backend, 'float32', 1] as const],
  );
  const int8 = model.quantized ? [['ort-node/cpu', 'int8', 1] as const, ['ort-web/wasm', 'int8', 1] as const] : [];
  const rows = [...plain, ...int8, ['ort-node/cpu', 'float32', 0] as const];
  return rows.flatMap(([backend, precision, threads]) =>
    [1, 8, 32].map((batch) => caseOf({ model, backend, precision, batch, threads })),
  );
}

interface Wish {
  model: Plan;
  backend: string;
  precision: string;
  batch: number;
  threads: number;
}

function caseOf(wish: Wish): CaseRow {
  const { model, backend, precision, batch, threads } = wish;
  const int8 = precision === 'int8';
  const [, , , peak] = mannersOf(backend);
  return {
    id: `${model.id}/${precision}/${backend}/b${batch}/t${threads}`,
    model: model.id,
    artifact: precision,
    precision,
    backend,
    batch,
    threads,
    parity: threads === 0 ? unasked : parityOf(wish),
    latency: latencyOf(wish),
    accuracy: accuracyOf(wish),
    size: { verdict: 'held', bytes: int8 ? Math.round(model.bytes * 0.262) : model.bytes },
    memory:
      threads === 0
        ? { verdict: 'skipped', peakBytes: null }
        : { verdict: 'held', peakBytes: Math.round(peak * 2 ** 20 + model.bytes * (2 + batch / 8)) },
    provenance: {
      file: `fixtures/models/${model.id}/${precision}.onnx`,
      sha256: '9f3c51d0aa77e4'.repeat(4),
      built: '2026-11-20 by fixtures/build',
    },
  };
}

/** An advisory row has times alone. */
const unasked: CaseRow['parity'] = {
  verdict: 'skipped',
  reason: 'asked of one thread',
  maxAbs: null,
  excess: null,
  nmse: null,
  flips: null,
  against: null,
};

const mannersOf = (backend: string): [number, number, number, number] => manners[backend] ?? [1, 1, 1e-6, 100];

function parityOf({ model, backend, precision }: Wish): CaseRow['parity'] {
  const [, , difference] = mannersOf(backend);
  const histogram = { edges: [1e-9, 1e-8, 1e-7, 1e-6, 1e-5], counts: [31, 204, 398, 7] };
  const common = { verdict: 'match', reason: null, histogram };
  return precision === 'int8'
    ? {
        ...common,
        maxAbs: 0.083,
        excess: 0.4,
        nmse: 2.9e-5,
        flips: { count: 3, n: 640 },
        against: `${model.id}/float32`,
      }
    : {
        ...common,
        maxAbs: difference,
        excess: 0.04,
        nmse: 3.1e-14,
        flips: { count: 0, n: 640 },
        against: model.reference,
      };
}

function latencyOf({ model, backend, precision, batch, threads }: Wish): CaseRow['latency'] {
  const [slowness, batching] = mannersOf(backend);
  const growth = batch === 1 ? 1 : 1 + (model.batched * batching - 1) * ((batch - 1) / 31) ** 1.06;
  const steady = model.base * slowness * growth * (precision === 'int8' ? 0.71 : 1) * (threads === 0 ? 0.58 : 1);
  const wobble = (i: number): number => 0.012 * Math.sin(7.3 * (i + 1) * slowness + batch) + (i === 11 ? 0.03 : 0);
  const interval: Interval = { low: steady * 0.988, high: steady * 1.012, level: 0.95 };
  return {
    verdict: 'steady',
    reason: threads === 0 ? 'advisory: not one pinned core' : null,
    gated: threads === 1 && batch !== 8,
    steady,
    interval,
    throughput: batch / steady,
    load: 0.021 + model.bytes / 1e9,
    first: steady * 3.2,
    processes: 12,
    samples: Array.from({ length: 12 }, (_, i) => steady * (1 + wobble(i))),
  };
}

function accuracyOf({ model, backend, precision, threads }: Wish): CaseRow['accuracy'] {
  if (model.accuracy === null || model.dataset === null || threads === 0) return null;
  const n = backend === 'tfjs/wasm' ? 1000 : 10_000;
  const flips = precision === 'int8' ? Math.round(n * 0.0041) : 0;
  const correct = Math.round(n * model.accuracy) - Math.round(flips / 2);
  return { verdict: 'held', reason: null, dataset: model.dataset, n, correct, flips };
}

/** Factor on latency at batch 1, on the batch's cost, greatest difference, peak MiB. */
const manners: Record<string, [number, number, number, number]> = {
  'ort-node/cpu': [1, 1, 4.8e-7, 94],
  'ort-web/wasm': [10.4, 1.6, 6.0e-7, 142],
  'tfjs-node/cpu': [2.6, 0.52, 1.1e-6, 310],
  'tfjs/wasm': [35.6, 1.5, 1.3e-6, 201],
  'torch/eager': [1.9, 0.66, 9.5e-7, 402],
};
