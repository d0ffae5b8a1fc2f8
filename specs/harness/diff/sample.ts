/** A diff with every kind of row. */
import type { Diff, Row } from '../../../src/diff/diff.generated.ts';
import { blankAccuracy, blankLatency, blankParity, sizeMove, summaryOf } from '../../../src/diff/moves.ts';

export const row = (artifact: string, parts: Partial<Row> = {}): Row => ({
  case: `net/${artifact}/ort-node/cpu`,
  model: 'net',
  artifact,
  backend: 'ort-node/cpu',
  differs: [],
  remark: null,
  parity: blankParity('same'),
  accuracy: blankAccuracy('same'),
  size: sizeMove(1000, 1000),
  latency: blankLatency('same'),
  graph: null,
  ...parts,
});

const interval = { low: 1.024, high: 1.038, level: 0.99 };
const timed = {
  tail: null,
  pairs: 12,
  visible: 0.012,
  trace: '.onpar/traces/a.jsonl',
  replay: 'npx onpar gate replay .onpar/traces/a.jsonl --control .onpar/traces/a.control.jsonl',
};

const rows: readonly Row[] = [
  row('same'),
  row('equal', {
    parity: { move: 'same', sentence: null, maxAbs: 0, excess: 0, flips: { count: 0, n: 64 }, batch: 1 },
    accuracy: { move: 'same', sentence: null, n: 1000, images: 10_000, base: 924, new: 924, flips: 0, nearTies: 0 },
    latency: {
      move: 'within',
      sentence: '+0.2 %',
      verdict: 'steady',
      ratio: 1.002,
      interval: { low: 0.99, high: 1.009, level: 0.99 },
      ...timed,
    },
  }),
  row('broken', {
    parity: {
      move: 'worse',
      sentence: 'y: 640 of 640 elements moved | @all',
      maxAbs: 4.14,
      excess: 173000,
      flips: { count: 10, n: 64 },
      batch: 1,
    },
    accuracy: {
      move: 'worse',
      sentence: '130 of 1000 decisions flip',
      n: 1000,
      images: 1000,
      base: 924,
      new: 801,
      flips: 130,
      nearTies: 2,
    },
    size: sizeMove(10_000_000, 11_500_000),
    latency: {
      move: 'worse',
      sentence: 'slower by 3.1 % [2.4, 3.8] than main',
      verdict: 'slower',
      ratio: 1.031,
      interval,
      ...timed,
    },
  }),
  row('odd', {
    parity: { move: 'worse', sentence: 'y: dims differ', maxAbs: 'NaN', excess: 'Infinity', flips: null, batch: 1 },
    accuracy: blankAccuracy('none', 'the data set is not here'),
    latency: { move: 'undecided', sentence: 'neither', verdict: 'inconclusive', ratio: 1.01, interval, ...timed },
  }),
  row('odd-too', { accuracy: blankAccuracy('none', 'the data set is not here') }),
  row('small', {
    parity: { move: 'within', sentence: null, maxAbs: 2.4e-6, excess: 0.2, flips: null, batch: 8 },
    accuracy: null,
    size: sizeMove(4000, 1000),
    latency: {
      move: 'better',
      sentence: 'faster by 4 %',
      verdict: 'faster',
      ratio: 0.96,
      interval: { low: 0.954, high: 0.967, level: 0.99 },
      ...timed,
    },
    graph: {
      sentence: 'optimized graph: 14 -> 17 nodes (+3 ReorderOutput)',
      base: { 'CPUExecutionProvider Conv': 14 },
      new: { 'CPUExecutionProvider Conv': 14, 'CPUExecutionProvider ReorderOutput': 3 },
    },
  }),
  row('new', {
    remark: { move: 'none', sentence: 'new: main@1234567 has no such case' },
    parity: null,
    accuracy: null,
    size: null,
    latency: null,
  }),
  row('lost', {
    remark: { move: 'worse', sentence: 'not here: package gone (not so with main@1234567)' },
    parity: null,
    accuracy: null,
    size: null,
    latency: null,
  }),
];

export const diffOf = (cases: readonly Row[]): Diff => ({
  schemaVersion: 1,
  onpar: '0.1.0',
  command: 'onpar diff --base main',
  base: 'main@1234567',
  new: 'the working tree',
  columns: ['parity', 'accuracy', 'size', 'latency'],
  seconds: 61.4,
  margins: { margin: 0.005, budget: 0.03 },
  runtime: null,
  cases: [...cases],
  summary: summaryOf(cases),
});

export const everything = (): Diff => ({
  ...diffOf(rows),
  runtime: { packages: ['onnxruntime-node'], base: 100_000_000, new: 101_500_000 },
});
