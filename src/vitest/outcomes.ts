/** What Vitest says of a run, in onpar's words: recorded verdicts, modules that broke, failures that no verdict explains. */
import type { SerializedError, TestCase, TestModule, TestRunEndReason } from 'vitest/node';
import type { Recorded } from './matchers.ts';

export interface Outcomes {
  readonly recorded: readonly Recorded[];
  /** What is wrong with the run itself, as sentences. */
  readonly problems: readonly string[];
  /** Tests that failed though their verdict, if they have one, was green or accepted. */
  readonly otherFailures: number;
  /** Names of tests that ran, whatever they test, each behind that of its suite: of a case, its metric and id. */
  readonly ran: readonly string[];
  /** The same of tests that did not. */
  readonly passedOver: readonly string[];
}

export function outcomesOf(
  modules: readonly TestModule[],
  errors: readonly SerializedError[],
  reason: TestRunEndReason,
): Outcomes {
  const tests = modules.flatMap((module) => [...module.children.allTests()]);
  return {
    recorded: tests.flatMap((test) => test.meta().onpar ?? []),
    problems: [
      ...modules.filter(isBroken).map(brokenWords),
      ...errors.map((error) => `unhandled error: ${error.message}`),
      ...(reason === 'interrupted' ? ['the run was interrupted'] : []),
    ],
    otherFailures: tests.filter(failedOtherwise).length,
    ran: tests.filter(hasRun).map(nameOf),
    passedOver: tests.filter((test) => !hasRun(test)).map(nameOf),
  };
}

function failedOtherwise(test: TestCase): boolean {
  const recorded = test.meta().onpar ?? [];
  return test.result().state === 'failed' && !recorded.some(({ red, accepted }) => red && !accepted);
}

const hasRun = (test: TestCase): boolean => ['passed', 'failed'].includes(test.result().state);

const nameOf = ({ parent, name }: TestCase): string => ('name' in parent ? `${parent.name} ${name}` : name);

/** Tests of such a module did not all run: Vitest 4 calls some of them passed. */
const isBroken = (module: TestModule): boolean =>
  module.state() === 'pending' || module.state() === 'queued' || module.errors().length > 0;

const brokenWords = (module: TestModule): string =>
  `${module.relativeModuleId} did not run to its end: ${module.errors()[0]?.message ?? 'its process died'}`;
