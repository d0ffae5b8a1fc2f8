/** What the red sample's verdicts say: a wrong answer, a slower one, a dead worker, one undecided, one moved for the better. */
import type { VerdictRow } from '../../../src/report/report.generated.ts';

export const troubles: VerdictRow[] = [
  {
    metric: 'parity',
    case: 'simplecnn/float32/tfjs/wasm/b1/t1',
    title: 'simplecnn · tfjs/wasm',
    verdict: 'mismatch',
    red: true,
    sentences: [
      'conv3 or later: 640 of 640 logits differ from torch float64 by up to 3.41 (allowed 1.3e-5); 512 of 640 change the prediction',
      'worst  [12, 3]  actual -1.92  expected 1.49; would pass at atol 3.3 rtol 0.4, which proves nothing',
      'all other backends agree with the reference: this artifact changed (model.json, sha256 9f3c… in the card, built 2026-11-20)',
    ],
    replay: "npx vitest run parity -t 'simplecnn tfjs/wasm'",
    accept: "npx onpar bless simplecnn --only parity --reason '…'",
  },
  {
    metric: 'latency',
    case: 'fashion-cnn/float32/ort-node/cpu/b1/t1',
    title: 'fashion-cnn · ort-node/cpu · batch 1',
    verdict: 'slower',
    red: true,
    sentences: [
      'slower by 3.1 % [2.4, 3.8] than main@4c1d2e (12 process pairs, false alarm <= 1 %, could see >= 1.2 %)',
      'changed since: onnxruntime-node 1.29.0 -> 1.30.0',
    ],
    replay: 'npx onpar diff fashion-cnn/float32/ort-node/cpu/b1/t1 --base main --only latency',
    accept: null,
  },
  {
    metric: 'parity',
    case: 'resnet34/float32/ort-web/wasm/b32/t1',
    title: 'resnet34 · ort-web/wasm · batch 32',
    verdict: 'crashed',
    red: true,
    sentences: [
      'the worker ended with signal SIGABRT',
      'stderr: Aborted(). memory access out of bounds (4 GiB of wasm memory reached)',
    ],
    replay: "npx vitest run parity -t 'resnet34 ort-web/wasm'",
    accept: null,
  },
  {
    metric: 'latency',
    case: 'simplecnn/int8/ort-node/cpu/b8/t1',
    title: 'simplecnn int8 · ort-node/cpu · batch 8',
    verdict: 'inconclusive',
    red: false,
    sentences: ['+1.1 %, at most +4.2 % (3 % allowed): 20 more pairs would decide, about 40 s'],
    replay: 'npx onpar diff simplecnn/int8/ort-node/cpu/b8/t1 --base main --only latency',
    accept: null,
  },
  {
    metric: 'latency',
    case: 'fashion-cnn/int8/ort-node/cpu/b1/t1',
    title: 'fashion-cnn int8 · ort-node/cpu · batch 1',
    verdict: 'faster',
    red: false,
    sentences: ['faster by 4.0 % [3.3, 4.6] than main@4c1d2e (12 process pairs)'],
    replay: 'npx onpar diff fashion-cnn/int8/ort-node/cpu/b1/t1 --base main --only latency',
    accept: "npx onpar bless fashion-cnn --only latency --reason '…'",
  },
];
