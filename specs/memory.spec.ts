import { describe, expect, measure, plannedCases, test } from 'onpar/vitest';

const cases = await plannedCases('memory');

describe('memory', () => {
  for (const subject of cases) {
    test(subject.id, async () => {
      expect(await measure(subject)).toHoldBaseline();
    });
  }
});
