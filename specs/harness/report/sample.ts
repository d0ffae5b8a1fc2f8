/** Reports as a run would leave them: one with every kind of trouble, one all green, one that found nothing. The numbers are invented. */
import type {
  BackendRow,
  CaseRow,
  Interval,
  ModelRow,
  Report,
  VerdictRow,
} from '../../../src/report/report.generated.ts';

export const red = (): Report => {
  const cases = models.flatMap(casesOf).map(inTrouble);
  return { ...frame, cases, verdicts: [...troubles, ...heldVerdicts(cases)], summary: sum(cases, troubles) };
};

export const green = (): Report => {
  const cases = models.slice(0, 2).flatMap(casesOf);
  const verdicts = heldVerdicts(cases);
  return {
    ...frame,
    command: 'npm test',
    models: models.slice(0, 2).map(strip),
    cases,
    verdicts,
    summary: sum(cases, []),
  };
};

export const empty = (): Report => ({
  ...frame,
  commit: null,
  seconds: 0.41,
  backends: backends.map((backend) => ({
    ...backend,
    available: false,
    reason: 'not installed',
    bring: null,
    version: null,
  })),
  models: [],
  cases: [],
  verdicts: [],
  summary: {
    ...{ planned: 0, red: 0, held: 0, notHere: 6, undecided: 0, exitCode: 2 },
    problems: ['no model found under fixtures/models: `npx onpar init --from model.onnx` makes the first'],
  },
});

interface Plan extends ModelRow {
  /** Seconds a call at batch 1 on ort-node/cpu, one thread, and what 32 inputs cost of it. */
  base: number;
  batched: number;
  bytes: number;
  accuracy: number | null;
  quantized: boolean;
}

const models: Plan[] = [
  {
    ...{ id: 'simplecnn', name: 'SimpleCNN', parameters: 2_621_540, reference: 'torch float64, 64 images' },
    ...{
      dataset: 'CIFAR-10',
      base: 0.00087,
      batched: 20.6,
      bytes: 10_498_232,
      accuracy: 0.7612,
      quantized: true,
    },
  },
  {
    ...{ id: 'fashion-cnn', name: 'fashion-cnn', parameters: 421_642, reference: 'torch float64, 64 images' },
    ...{
      dataset: 'Fashion-MNIST',
      base: 0.000231,
      batched: 11.2,
      bytes: 1_687_904,
      accuracy: 0.9241,
      quantized: true,
    },
  },
  {
    ...{
      id: 'resnet34',
      name: 'ResNet-34, seeded',
      parameters: 21_797_672,
      reference: 'torch float64, 4 inputs',
    },
    ...{ dataset: null, base: 0.0713, batched: 30.4, bytes: 87_261_104, accuracy: null, quantized: false },
  },
];

const backends: BackendRow[] = [
  here('ort-node/cpu', '1.30.0', 'MLAS, AVX2'),
  here('ort-web/wasm', '1.30.0', 'SIMD'),
  here('tfjs-node/cpu', '4.22.0', 'TensorFlow 2.15.1, oneDNN'),
  here('tfjs/wasm', '4.22.0', 'XNNPACK, SIMD'),
  here('torch/eager', '2.9.1', 'oneDNN, AVX2'),
  {
    ...{ id: 'ort-node/cuda', available: false, version: null, provider: null },
    ...{ reason: 'no CUDA device', bring: 'npx onpar doctor ort-node/cuda' },
  },
];

/** Factor on latency at batch 1, on the batch's cost, greatest difference, peak MiB. */
const manners: Record<string, [number, number, number, number]> = {
  'ort-node/cpu': [1, 1, 4.8e-7, 94],
  'ort-web/wasm': [10.4, 1.6, 6.0e-7, 142],
  'tfjs-node/cpu': [2.6, 0.52, 1.1e-6, 310],
  'tfjs/wasm': [35.6, 1.5, 1.3e-6, 201],
  'torch/eager': [1.9, 0.66, 9.5e-7, 402],
};

const frame: Omit<Report, 'cases' | 'verdicts' | 'summary'> = {
  schemaVersion: 1,
  onpar: '0.1.0',
  command: 'npm start -- --batch 1,8,32',
  startedAt: '2026-11-24T14:03:21.000Z',
  seconds: 112.4,
  commit: '4c1d2e9a7b3f5061728394a5b6c7d8e9f0a1b2c3',
  settings: { seed: '7', base: 'main@4c1d2e', 'latency margin': '0.5 %', 'latency budget': '3 %' },
  machine: {
    ...{ fingerprint: '9f31c07a', cpu: 'AMD EPYC 7B13', cores: 2, isa: 'x64-avx2', os: 'linux 6.1.0' },
    ...{ node: 'v20.20.2', pinned: true },
  },
  backends,
  models: models.map(strip),
};

const troubles: VerdictRow[] = [
  {
    ...{
      metric: 'parity',
      case: 'simplecnn/float32/tfjs/wasm/b1/t1',
      title: 'simplecnn · tfjs/wasm',
      verdict: 'mismatch',
      red: true,
    },
    sentences: [
      'conv3 or later: 640 of 640 logits differ from torch float64 by up to 3.41 (allowed 1.3e-5); 512 of 640 change the prediction',
      'worst  [12, 3]  actual -1.92  expected 1.49; would pass at atol 3.3 rtol 0.4, which proves nothing',
      'all other backends agree with the reference: this artifact changed (model.json, sha256 9f3c… in the card, built 2026-11-20)',
    ],
    replay: "npm test -- parity -t 'simplecnn tfjs/wasm'",
    accept: "npm run bless -- simplecnn --only parity --reason '…'",
  },
  {
    ...{
      metric: 'latency',
      case: 'fashion-cnn/float32/ort-node/cpu/b1/t1',
      title: 'fashion-cnn · ort-node/cpu · batch 1',
    },
    ...{ verdict: 'slower', red: true },
    sentences: [
      'slower by 3.1 % [2.4, 3.8] than main@4c1d2e (12 process pairs, false alarm <= 1 %, could see >= 1.2 %)',
      'changed since: onnxruntime-node 1.29.0 -> 1.30.0',
    ],
    replay: 'npx onpar diff main --case fashion-cnn/float32/ort-node/cpu/b1/t1',
    accept: null,
  },
  {
    ...{
      metric: 'parity',
      case: 'resnet34/float32/ort-web/wasm/b32/t1',
      title: 'resnet34 · ort-web/wasm · batch 32',
    },
    ...{ verdict: 'crashed', red: true },
    sentences: [
      'the worker ended with signal SIGABRT',
      'stderr: Aborted(). memory access out of bounds (4 GiB of wasm memory reached)',
    ],
    replay: "npm test -- parity -t 'resnet34 ort-web/wasm'",
    accept: null,
  },
  {
    ...{
      metric: 'latency',
      case: 'simplecnn/int8/ort-node/cpu/b8/t1',
      title: 'simplecnn int8 · ort-node/cpu · batch 8',
    },
    ...{ verdict: 'inconclusive', red: false },
    sentences: ['+1.1 %, at most +4.2 % (3 % allowed): 20 more pairs would decide, about 40 s'],
    replay: 'npx onpar diff main --case simplecnn/int8/ort-node/cpu/b8/t1 --pairs 32',
    accept: null,
  },
  {
    ...{
      metric: 'latency',
      case: 'fashion-cnn/int8/ort-node/cpu/b1/t1',
      title: 'fashion-cnn int8 · ort-node/cpu · batch 1',
    },
    ...{ verdict: 'faster', red: false },
    sentences: ['faster by 4.0 % [3.3, 4.6] than main@4c1d2e (12 process pairs)'],
    replay: 'npx onpar diff main --case fashion-cnn/int8/ort-node/cpu/b1/t1',
    accept: "npm run bless -- fashion-cnn --only latency --reason '…'",
  },
];

/** Makes the cases agree with the troubles above. */
function inTrouble(c: CaseRow): CaseRow {
  if (c.id.startsWith('simplecnn/float32/tfjs/wasm/')) return mismatching(c);
  if (c.id === 'fashion-cnn/float32/ort-node/cpu/b1/t1')
    return { ...c, latency: { ...c.latency, verdict: 'slower' } };
  if (c.id === 'fashion-cnn/int8/ort-node/cpu/b1/t1')
    return { ...c, latency: { ...c.latency, verdict: 'faster' } };
  if (c.id === 'simplecnn/int8/ort-node/cpu/b8/t1')
    return { ...c, latency: { ...c.latency, verdict: 'inconclusive' } };
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
      ...{
        steady: null,
        interval: null,
        throughput: null,
        load: null,
        first: null,
        processes: 0,
        samples: [],
      },
    },
    memory: { verdict: 'crashed', peakBytes: 4_294_967_296 },
  };
}

function casesOf(model: Plan): CaseRow[] {
  const plain = Object.keys(manners).flatMap((backend) =>
    model.id === 'resnet34' && backend.startsWith('tfjs') ? [] : [[backend, 'float32', 1] as const],
  );
  const int8 = model.quantized
    ? [['ort-node/cpu', 'int8', 1] as const, ['ort-web/wasm', 'int8', 1] as const]
    : [];
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

function caseOf({ model, backend, precision, batch, threads }: Wish): CaseRow {
  const [slowness, batching, difference, peak] = manners[backend] ?? [1, 1, 1e-6, 100];
  const int8 = precision === 'int8';
  const growth = batch === 1 ? 1 : 1 + (model.batched * batching - 1) * ((batch - 1) / 31) ** 1.06;
  const steady = model.base * slowness * growth * (int8 ? 0.71 : 1) * (threads === 0 ? 0.58 : 1);
  const samples = Array.from(
    { length: 12 },
    (_, i) => steady * (1 + 0.012 * Math.sin(7.3 * (i + 1) * slowness + batch) + (i === 11 ? 0.03 : 0)),
  );
  const interval: Interval = { low: steady * 0.988, high: steady * 1.012, level: 0.95 };
  const n = backend === 'tfjs/wasm' ? 1000 : 10_000;
  const flips = int8 ? Math.round(n * 0.0041) : 0;
  return {
    id: `${model.id}/${precision}/${backend}/b${batch}/t${threads}`,
    ...{ model: model.id, artifact: precision, precision, backend, batch, threads },
    parity: {
      ...{
        verdict: 'match',
        reason: null,
        maxAbs: int8 ? 0.083 : difference,
        excess: int8 ? 0.4 : 0.04,
        nmse: int8 ? 2.9e-5 : 3.1e-14,
      },
      flips: { count: int8 ? 3 : 0, n: 640 },
      against: int8 ? 'simplecnn/float32 on ort-node/cpu' : model.reference,
      histogram: { edges: [1e-9, 1e-8, 1e-7, 1e-6, 1e-5], counts: [31, 204, 398, 7] },
    },
    latency: {
      ...{
        verdict: 'steady',
        reason: threads === 0 ? 'advisory: not one pinned core' : null,
        gated: threads === 1 && batch !== 8,
      },
      ...{
        steady,
        interval,
        throughput: batch / steady,
        load: 0.021 + model.bytes / 1e9,
        first: steady * 3.2,
        processes: 12,
        samples,
      },
    },
    accuracy:
      model.accuracy === null || threads === 0 || model.dataset === null
        ? null
        : {
            verdict: 'held',
            reason: null,
            dataset: model.dataset,
            n,
            correct: Math.round(n * model.accuracy) - Math.round(flips / 2),
            flips,
          },
    size: { verdict: 'held', bytes: int8 ? Math.round(model.bytes * 0.262) : model.bytes },
    memory: {
      verdict: 'held',
      peakBytes: Math.round((peak + (model.bytes * (2 + batch / 8)) / 2 ** 20) * 2 ** 20),
    },
    provenance: {
      file: `fixtures/models/${model.id}/${precision}.onnx`,
      sha256: '9f3c51d0aa77e4'.repeat(4),
      built: '2026-11-20 by fixtures/build',
    },
  };
}

function heldVerdicts(cases: readonly CaseRow[]): VerdictRow[] {
  const judged = new Set(troubles.map((verdict) => `${verdict.metric} ${verdict.case}`));
  return cases
    .flatMap((c) => [
      verdictOf(
        c,
        'parity',
        c.parity.verdict,
        `greatest difference ${String(c.parity.maxAbs)} (1.3e-5 allowed); would pass at atol 3.1e-7 rtol 4e-8`,
      ),
      ...(c.latency.gated
        ? [verdictOf(c, 'latency', c.latency.verdict, '+0.2 %, at most +0.9 % (12 process pairs)')]
        : []),
    ])
    .filter((verdict) => verdict.verdict === 'match' || verdict.verdict === 'steady')
    .filter((verdict) => !judged.has(`${verdict.metric} ${verdict.case}`));
}

function verdictOf(c: CaseRow, metric: string, verdict: string, sentence: string): VerdictRow {
  const title = `${c.model} ${c.precision} · ${c.backend} · batch ${c.batch}`;
  return {
    metric,
    case: c.id,
    title,
    verdict,
    red: false,
    sentences: [sentence],
    replay: `npm test -- ${metric} -t '${c.id}'`,
    accept: null,
  };
}

function sum(cases: readonly CaseRow[], found: readonly VerdictRow[]): Report['summary'] {
  const bad = found.filter((verdict) => verdict.red).length;
  const open = found.filter((verdict) => verdict.verdict === 'inconclusive').length;
  const planned = cases.length + 1;
  return {
    planned,
    red: bad,
    held: planned - bad - open - 1,
    notHere: 1,
    undecided: open,
    exitCode: bad > 0 ? 1 : 0,
    problems: [],
  };
}

function here(id: string, version: string, provider: string): BackendRow {
  return { id, available: true, version, provider, reason: null, bring: null };
}

function strip({ id, name, parameters, reference, dataset }: Plan): ModelRow {
  return { id, name, parameters, reference, dataset };
}
