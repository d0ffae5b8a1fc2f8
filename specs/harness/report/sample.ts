/** Reports as a run would leave them: one with every kind of trouble, one all green, one that found nothing. The numbers are invented. */
import type { BackendRow, CaseRow, ModelRow, Report, VerdictRow } from '../../../src/report/report.generated.ts';
import { casesOf, inTrouble, models, type Plan } from './sample-cases.ts';
import { troubles } from './sample-troubles.ts';

export const red = (): Report => {
  const cases = models.flatMap(casesOf).map(inTrouble);
  // Its own copy: a spec may write into it.
  return structuredClone({
    ...frame,
    cases,
    verdicts: [...troubles, ...heldVerdicts(cases), ...whole],
    summary: sum(cases, troubles),
  });
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
    planned: 0,
    red: 0,
    held: 0,
    notHere: 6,
    undecided: 0,
    exitCode: 2,
    problems: ['no model found under fixtures/models: `npx onpar init --from model.onnx` makes the first'],
  },
});

const backends: BackendRow[] = [
  here('ort-node/cpu', '1.30.0', 'MLAS, AVX2'),
  here('ort-web/wasm', '1.30.0', 'SIMD'),
  here('tfjs-node/cpu', '4.22.0', 'TensorFlow 2.15.1, oneDNN'),
  here('tfjs/wasm', '4.22.0', 'XNNPACK, SIMD'),
  here('torch/eager', '2.9.1', 'oneDNN, AVX2'),
  {
    id: 'ort-node/cuda',
    available: false,
    version: null,
    provider: null,
    reason: 'no CUDA device',
    bring: 'npx onpar doctor ort-node/cuda',
  },
];

const frame: Omit<Report, 'cases' | 'verdicts' | 'summary'> = {
  schemaVersion: 1,
  onpar: '0.1.0',
  command: 'npm start -- --batch 1,8,32',
  startedAt: '2026-11-24T14:03:21.000Z',
  seconds: 112.4,
  commit: '4c1d2e9a7b3f5061728394a5b6c7d8e9f0a1b2c3',
  settings: { seed: '7', base: 'main@4c1d2e', 'latency margin': '0.5 %', 'latency budget': '3 %' },
  machine: {
    fingerprint: '9f31c07a',
    cpu: 'AMD EPYC 7B13',
    cores: 2,
    isa: 'x64-avx2',
    os: 'linux 6.1.0',
    node: 'v20.20.2',
    pinned: true,
  },
  backends,
  models: models.map(strip),
};

function heldVerdicts(cases: readonly CaseRow[]): VerdictRow[] {
  const judged = new Set(troubles.map((verdict) => `${verdict.metric} ${verdict.case}`));
  return cases
    .flatMap((c) => [
      verdictOf(
        c.id,
        'parity',
        c.parity.verdict,
        `greatest difference ${String(c.parity.maxAbs)} (1.3e-5 allowed); would pass at atol 3.1e-7 rtol 4e-8`,
      ),
      ...(c.latency.gated
        ? [verdictOf(c.id, 'latency', c.latency.verdict, '+0.2 %, at most +0.9 % (12 process pairs)')]
        : []),
    ])
    .filter((verdict) => verdict.verdict === 'match' || verdict.verdict === 'steady')
    .filter((verdict) => !judged.has(`${verdict.metric} ${verdict.case}`));
}

/** Verdicts that belong to no batch: a file's size, accuracy on so many images, a backend that is not here. */
const whole: VerdictRow[] = [
  verdictOf('simplecnn/int8', 'size', 'held', 'equal: 2 750 537 bytes'),
  verdictOf('simplecnn/int8/ort-node/cpu/n10000', 'accuracy', 'held', '7 591 of 10 000, as in the baseline'),
  verdictOf('simplecnn/float32/ort-node/cuda', 'parity', 'unavailable', 'no CUDA device'),
];

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

function verdictOf(id: string, metric: string, verdict: string, sentence: string): VerdictRow {
  const title = id.replace('/', ' ');
  return {
    metric,
    case: id,
    title,
    verdict,
    red: false,
    sentences: [sentence],
    replay: `npx vitest run ${metric} -t '${id}'`,
    accept: null,
  };
}
