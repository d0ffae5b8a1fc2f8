import { expect, test } from 'vitest';
import { explain } from '../../../src/compare/explain.ts';
import { compareOutputs } from '../../../src/compare/parity.ts';
import { toleranceFor } from '../../../src/compare/tolerance.ts';
import { defaultAccuracyTolerance } from '../../../src/judge/accuracy.ts';
import { metric } from '../../../src/metrics/parity.ts';
import type { ComparedAnswers } from '../../../src/metrics/sources.ts';
import { judgeAnswer } from '../../../src/run/answer.ts';
import type { Ruling } from '../../../src/run/answer.ts';
import { evidenceOf } from '../../../src/run/evidence.ts';
import { tensor } from '../../../src/tensor/tensor.ts';

const expected = { y: tensor('float32', [2, 2], Float32Array.of(1, 2, 3, 4)) };

function judged(values: readonly number[]): Ruling {
  const actual = { y: tensor('float32', [2, 2], Float32Array.from(values)) };
  const comparison = compareOutputs(actual, expected, {
    tolerance: (_, { dtype }) => toleranceFor(dtype),
    classifications: [],
    inputsDiffer: true,
  });
  const relation = { against: 'torch float64', comparison, explanation: explain(actual.y, expected.y, { top: 1 }) };
  const visit: ComparedAnswers = { batches: [{ batch: 2, rows: 2, relations: [relation] }], peakBytes: 1 };
  return judgeAnswer(metric, {
    case: { metric: 'parity', model: 'm', artifact: 'a', backend: 'b', batch: null, threads: 1, images: null },
    measured: { ok: true, value: metric.take(visit, 'float32') },
    baseline: null,
    context: {
      today: '2026-11-25',
      divergence: undefined,
      tolerance: defaultAccuracyTolerance,
      pairings: [],
      waiting: null,
    },
    policy: { ci: false, strict: false, required: new Set(), baseline: 'present', needs: [] },
    evidence: evidenceOf(visit),
  });
}

test('a mismatch says once what would pass, and where it is worst', () => {
  const { verdict, red, sentences } = judged([1, 2, 3, 4.5]);
  expect([verdict, red]).toEqual(['mismatch', true]);
  expect(sentences.filter((sentence) => sentence.includes('would pass'))).toHaveLength(1);
  expect(sentences.filter((sentence) => sentence.startsWith('worst [1, 1]'))).toHaveLength(1);
});

test('a match says neither', () => {
  const { verdict, sentences } = judged([1, 2, 3, 4]);
  expect(verdict).toBe('match');
  expect(sentences.join(' ')).not.toMatch(/would pass|worst/);
});
