/** What Vitest says of a run, in onpar's words: recorded verdicts, modules that broke, failures that no verdict explains. */
import type { SerializedError, TestCase, TestModule, TestRunEndReason } from 'vitest/node';
import type { Recorded } from './matchers.ts';

export interface Outcomes {
  readonly recorded: readonly Recorded[];
  /** What is wrong with the run itself, as sentences. */
  readonly problems: readonly string[];
  /** Tests that failed though their verdict, if they have one, was green or accepted. */
  readonly otherFailures: number;
  /** Tests that ran, whatever they test. */
  readonly ran: number;
}

export function outcomesOf(
  modules: readonly TestModule[],
  errors: readonly SerializedError[],
  reason: TestRunEndReason,
): Outcomes {
  const tests = modules.flatMap((module) => [...module.children.allTests()]);
  const states = tests.map((test) => test.result().state);
  return {
    recorded: tests.flatMap((test) => test.meta().onpar ?? []),
    problems: [
      ...modules.filter(isBroken).map(brokenWords),
      ...errors.map((error) => `unhandled error: ${error.message}`),
      ...(reason === 'interrupted' ? ['the run was interrupted'] : []),
    ],
    otherFailures: tests.filter(failedOtherwise).length,
    ran: states.filter((state) => state === 'passed' || state === 'failed').length,
  };
}

function failedOtherwise(test: TestCase): boolean {
  const recorded = test.meta().onpar;
  return test.result().state === 'failed' && !(recorded?.red === true && !recorded.accepted);
}

/** Tests of such a module did not all run: Vitest 4 calls some of them passed. */
const isBroken = (module: TestModule): boolean =>
  module.state() === 'pending' || module.state() === 'queued' || module.errors().length > 0;

const brokenWords = (module: TestModule): string =>
  `${module.relativeModuleId} did not run to its end: ${module.errors()[0]?.message ?? 'its process died'}`;
