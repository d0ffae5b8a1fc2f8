import { describe, expect, measure, plannedCases, test } from 'onpar/vitest';

const cases = await plannedCases('parity');

describe('parity', () => {
  for (const subject of cases) {
    test(subject.id, async () => {
      expect(await measure(subject)).toMatchParity();
    });
  }
});
