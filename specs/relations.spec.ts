import { describe, expect, measure, metricsOf, plannedCases, test } from 'onpar/vitest';

// Sizes, right answers, speed and what batching buys, as ratios of two sides: true on every machine.
for (const metric of await metricsOf('relations')) {
  const cases = await plannedCases(metric);

  describe(metric, () => {
    for (const subject of cases) {
      test(subject.id, async () => {
        expect(await measure(subject)).toHoldRelation();
      });
    }
  });
}
