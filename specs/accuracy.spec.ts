import { describe, expect, measure, plannedCases, test } from 'onpar/vitest';

const cases = await plannedCases('accuracy');

describe('accuracy', () => {
  for (const subject of cases) {
    test(subject.id, async () => {
      expect(await measure(subject)).toHoldBaseline();
    });
  }
});
