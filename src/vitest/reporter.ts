/**
 * The reporter owns the run: it answers the specs' questions while tests run and, when they have ended, decides by itself whether
 * the run was healthy. Vitest 4 reports crashed files as passed; here a planned case without a verdict is red.
 */
import type { Reporter, SerializedError, TestCase, TestModule, TestRunEndReason, Vitest } from 'vitest/node';
import { serveEndpoint } from '../broker/endpoint.ts';
import type { Endpoint } from '../broker/endpoint.ts';
import type { Case } from '../cases/case.ts';
import { caseId } from '../cases/case.ts';
import { BadInput } from '../schema/bad-input.ts';
import { blessRun } from '../run/bless.ts';
import { finishRun } from '../run/finish.ts';
import { Run } from '../run/run.ts';
import { Verdicts } from '../run/verdicts.ts';
import type { Recorded } from './matchers.ts';

/** Processes and seconds that a gated latency case takes on each commit. */
const effort = { processes: 5, budget: 0.15, patience: Infinity };

export class OnparReporter implements Reporter {
  #vitest: Vitest | undefined;
  #endpoint: Endpoint | undefined;
  #run: Promise<Run> | undefined;
  #asked = new Set<string>();
  #badInput: BadInput | undefined;
  readonly #started = new Date();

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
  }

  async onTestRunStart(): Promise<void> {
    this.#endpoint = await serveEndpoint({
      plan: (metric: string) => this.#answer(async (run) => this.#plan(run, metric)),
      metrics: (suite: string) =>
        this.#answer(async (run) =>
          [...run.metrics.values()].filter((metric) => metric.suite === suite).map(({ id }) => id),
        ),
      measure: (subject: Case) => this.#answer((run) => run.measure(subject)),
    });
    this.#vitest?.provide('onpar', this.#endpoint.address);
  }

  async onTestRunEnd(
    modules: readonly TestModule[],
    errors: readonly SerializedError[],
    reason: TestRunEndReason,
  ): Promise<void> {
    this.#endpoint?.close();
    const run = await this.#run?.catch(() => undefined);
    if (this.#badInput !== undefined) return exitWith(2);
    // No spec asked anything: a run of other tests, which is none of our business.
    if (run === undefined) return undefined;
    try {
      await this.#finish(run, modules, errors, reason);
    } finally {
      await run.close();
    }
  }

  #plan(run: Run, metric: string): readonly (Case & { id: string })[] {
    this.#asked.add(metric);
    const cases = run.plan(metric);
    if (this.#isWhole()) run.prefetch(cases);
    return cases.map((subject) => ({ ...subject, id: caseId(subject) }));
  }

  /** Cards and baselines are read when the first spec asks. Bad input ends every spec with the same sentence, and the run with 2. */
  async #answer<T>(body: (run: Run) => Promise<T>): Promise<T> {
    try {
      this.#run ??= Run.start(this.#vitest?.config.root ?? process.cwd(), {
        env: process.env,
        broker: effort,
      });
      return await body(await this.#run);
    } catch (error) {
      if (error instanceof BadInput) this.#badInput ??= error;
      throw error;
    }
  }

  async #finish(
    run: Run,
    modules: readonly TestModule[],
    errors: readonly SerializedError[],
    reason: TestRunEndReason,
  ): Promise<void> {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const verdicts = new Verdicts(run, this.#isWhole() ? this.#asked : null);
    for (const recorded of tests.flatMap(recordedIn)) verdicts.add(recorded.case, recorded, recorded.target);
    const problems = [...brokenModules(modules), ...errors.map((error) => `unhandled error: ${error.message}`)];
    if (reason === 'interrupted') problems.push('the run was interrupted');
    const blessing = this.#vitest?.config.snapshotOptions.updateSnapshot === 'all';
    const otherFailures = tests.filter(
      (test) => test.result().state === 'failed' && test.meta().onpar === undefined,
    ).length;
    if (blessing)
      await blessRun(run, verdicts, [
        ...problems,
        ...(otherFailures > 0 ? [`${otherFailures} other tests failed`] : []),
      ]);
    const exitCode = await finishRun(run, verdicts, {
      problems,
      blessing,
      command: 'npm test',
      startedAt: this.#started,
    });
    if (exitCode > 0 || otherFailures > 0) exitWith(Math.max(exitCode, 1));
  }

  /** A filtered run is no gate: cases that were not asked for may lack a verdict. */
  #isWhole(): boolean {
    // onpar bless without words names the files of all suites and means everything.
    if (process.env['ONPAR_BLESS_WHOLE'] === '1') return true;
    const { testNamePattern, shard, changed } = this.#vitest?.config ?? {};
    // File filters of the command line; not in the public type.
    const { filenamePattern } = (this.#vitest ?? {}) as { filenamePattern?: readonly string[] };
    return testNamePattern === undefined && shard === undefined && !changed && filenamePattern === undefined;
  }
}

const recordedIn = (test: TestCase): Recorded[] => {
  const recorded = test.meta().onpar;
  return recorded === undefined ? [] : [recorded];
};

/** Modules whose tests did not all run: Vitest 4 calls some of them passed. */
const brokenModules = (modules: readonly TestModule[]): string[] =>
  modules
    .filter((module) => module.state() === 'pending' || module.state() === 'queued' || module.errors().length > 0)
    .map(
      (module) =>
        `${module.relativeModuleId} did not run to its end: ${module.errors()[0]?.message ?? 'its process died'}`,
    );

/** Vitest sets its own exit code later; ours must win. */
function exitWith(code: number): void {
  process.exitCode = code;
  process.once('exit', () => {
    process.exitCode = code;
  });
}
