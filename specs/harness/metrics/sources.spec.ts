import { describe, expect, test } from 'vitest';
import { worstRelation } from '../../../src/metrics/sources.ts';
import type { BatchParity, Relation } from '../../../src/metrics/sources.ts';

const relation = (against: string, excess: number, vacuous: string | null = null): Relation => ({
  against,
  comparison: { outputs: [], excess, vacuous, flips: null },
  explanation: null,
});
const batch = (size: number, ...relations: Relation[]): BatchParity => ({ batch: size, rows: 8, relations });

describe('the relation that is judged', () => {
  test('is the furthest off of all batch sizes, the first of equals', () => {
    const worst = worstRelation({
      batches: [batch(1, relation('a', 0.5)), batch(4, relation('b', 2), relation('c', 2))],
    });
    expect([worst?.batch.batch, worst?.relation.against]).toEqual([4, 'b']);
  });

  test('is one that proves nothing, however near it is', () => {
    const worst = worstRelation({ batches: [batch(1, relation('a', 7), relation('b', 0, 'all elements are 1'))] });
    expect(worst?.relation.against).toBe('b');
  });

  test('is none where nothing was compared', () => {
    expect(worstRelation({ batches: [batch(1)] })).toBeNull();
  });
});
