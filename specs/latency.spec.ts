import { describe, expect, measure, metricsOf, plannedCases, test } from 'onpar/vitest';

// Load, first inference and steady latency: three quantities, taken from the same fresh processes, never mixed.
for (const metric of await metricsOf('latency')) {
  const cases = await plannedCases(metric);

  describe(metric, () => {
    for (const subject of cases) {
      test(subject.id, async () => {
        expect(await measure(subject)).toHoldBaseline();
      });
    }
  });
}
