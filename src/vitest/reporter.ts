/**
 * The reporter owns the run: it answers the specs' questions while tests run and, when they have ended, decides by itself whether
 * the run was healthy. Vitest 4 reports crashed files as passed; here a planned case without a verdict is red.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Reporter, SerializedError, TestModule, TestRunEndReason, Vitest } from 'vitest/node';
import { portableFolder } from '../baselines/store.ts';
import { serveEndpoint } from '../broker/endpoint.ts';
import type { Endpoint } from '../broker/endpoint.ts';
import type { Case } from '../cases/case.ts';
import { caseId, caseName } from '../cases/case.ts';
import { findRoot } from '../cases/project.ts';
import { BadInput } from '../schema/bad-input.ts';
import { blessRun } from '../run/bless.ts';
import { finishRun } from '../run/finish.ts';
import { Run } from '../run/run.ts';
import { Verdicts } from '../run/verdicts.ts';
import { outcomesOf } from './outcomes.ts';
import type { Outcomes } from './outcomes.ts';
import { scopeOf } from './scope.ts';

/** Processes and seconds that a gated latency case takes on each commit. */
const effort = { processes: 5, budget: 0.15, patience: Infinity };

export class OnparReporter implements Reporter {
  #root: string | undefined;
  #vitest: Vitest | undefined;
  #session: Session | undefined;

  /** The folder that holds fixtures and baselines, seen from a project of Vitest: its own or the nearest one upwards. Throws where they are two. */
  serves(project: string): void {
    const root = findRoot(project);
    if (root !== null && this.#root !== undefined && root !== this.#root)
      throw new Error(
        `onpar is used by projects in ${this.#root} and in ${root}: a run judges one of them; run vitest in each folder`,
      );
    this.#root ??= root ?? undefined;
  }

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
  }

  /** Once a run: watch mode has many, each with cards and baselines as they are then. */
  async onTestRunStart(): Promise<void> {
    if (this.#vitest === undefined) return;
    this.#session = new Session(this.#vitest, this.#root ?? this.#vitest.config.root);
    this.#vitest.provide('onpar', await this.#session.serve());
  }

  async onTestRunEnd(
    modules: readonly TestModule[],
    errors: readonly SerializedError[],
    reason: TestRunEndReason,
  ): Promise<void> {
    const exitCode = await this.#session?.end(outcomesOf(modules, errors, reason));
    if (exitCode !== undefined && exitCode > 0) exitWith(exitCode);
  }
}

/** One run of Vitest and the run of onpar behind it, which starts when the first spec asks. */
class Session {
  readonly #vitest: Vitest;
  readonly #root: string;
  readonly #asked = new Set<string>();
  readonly #measured = new Set<string>();
  readonly #startedAt = new Date();
  #endpoint: Endpoint | undefined;
  #run: Promise<Run> | undefined;
  #badInput: BadInput | undefined;

  constructor(vitest: Vitest, root: string) {
    this.#vitest = vitest;
    this.#root = root;
  }

  /** The address for spec processes. */
  async serve(): Promise<string> {
    this.#endpoint = await serveEndpoint({
      plan: (metric: string) => this.#answer(async (run) => this.#plan(run, metric)),
      metrics: (suite: string) =>
        this.#answer(async (run) =>
          [...run.metrics.values()].filter((metric) => metric.suite === suite).map(({ id }) => id),
        ),
      measure: (subject: Case) => {
        this.#measured.add(caseName(subject));
        return this.#answer((run) => run.measure(subject));
      },
    });
    return this.#endpoint.address;
  }

  /** The exit code: 0 on par or none of our business, 1 red, 2 bad input. */
  async end(outcomes: Outcomes): Promise<number> {
    this.#endpoint?.close();
    if (this.#run === undefined && this.#holdsPromises()) await this.#answer(async () => undefined).catch(tell);
    const run = await this.#run?.catch(() => undefined);
    try {
      if (this.#badInput !== undefined) return 2;
      // No spec asked anything: a run of other tests, which is none of our business.
      return run === undefined ? 0 : await this.#finish(run, outcomes);
    } catch (error) {
      tell(error);
      return 2;
    } finally {
      await run?.close();
    }
  }

  /** Where every spec was deleted, what they had blessed still stands. */
  #holdsPromises(): boolean {
    return scopeOf(this.#vitest) === 'whole' && existsSync(join(this.#root, portableFolder));
  }

  #plan(run: Run, metric: string): readonly (Case & { id: string })[] {
    this.#asked.add(metric);
    const cases = run.plan(metric);
    const scope = scopeOf(this.#vitest);
    if (scope !== 'some') run.prefetch(scope === 'whole' ? [...run.promised(), metric] : [metric]);
    return cases.map((subject) => ({ ...subject, id: caseId(subject) }));
  }

  /** Cards and baselines are read when the first spec asks. Bad input ends every spec with the same sentence, and the run with 2. */
  async #answer<T>(body: (run: Run) => Promise<T>): Promise<T> {
    try {
      this.#run ??= Run.start(this.#root, {
        env: process.env,
        broker: effort,
        pairing: { tell: (line) => void process.stderr.write(`onpar: ${line}\n`) },
      });
      return await body(await this.#run);
    } catch (error) {
      if (error instanceof BadInput) this.#badInput ??= error;
      throw error;
    }
  }

  async #finish(run: Run, outcomes: Outcomes): Promise<number> {
    const { recorded, problems: troubles, otherFailures, ran, passedOver } = outcomes;
    const scope = scopeOf(this.#vitest);
    // What a spec measures for other tests than those that were picked is none of theirs.
    const picked = [...this.#measured].filter((name) => !passedOver.includes(name));
    const verdicts = new Verdicts(run, scope, this.#asked, new Set([...picked, ...ran]));
    for (const each of recorded) verdicts.add(each.case, each, each.target);
    const nothing =
      scope === 'some' && (ran.length === 0 || (this.#blesses() && recorded.length === 0))
        ? ['no case matches what was asked for: nothing was judged']
        : [];
    const problems = [...troubles, ...nothing];
    const refusal = await this.#bless(run, verdicts, problems, otherFailures);
    const exitCode = await finishRun(run, verdicts, { problems, command: 'npm test', startedAt: this.#startedAt });
    if (refusal === undefined) return Math.max(exitCode, otherFailures > 0 ? 1 : 0);
    tell(refusal);
    return 2;
  }

  #blesses(): boolean {
    return this.#vitest.config.snapshotOptions.updateSnapshot === 'all';
  }

  /** Under -u. Why nothing was written, if that is so. */
  async #bless(
    run: Run,
    verdicts: Verdicts,
    problems: readonly string[],
    failures: number,
  ): Promise<BadInput | undefined> {
    if (!this.#blesses()) return undefined;
    const others = failures > 0 ? [`${failures} other tests failed`] : [];
    try {
      await blessRun(run, verdicts, [...problems, ...others]);
      return undefined;
    } catch (error) {
      if (error instanceof BadInput) return error;
      throw error;
    }
  }
}

function tell(error: unknown): void {
  if (!(error instanceof BadInput)) throw error;
  process.stderr.write(`\nonpar: ${error.message}\n`);
}

/** Vitest sets its own exit code later; ours must win. */
function exitWith(code: number): void {
  process.exitCode = code;
  process.once('exit', () => {
    process.exitCode = code;
  });
}
