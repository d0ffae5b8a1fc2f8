/** A spec process's line to the run that the reporter owns. Without the plugin there is none, and nothing may pass. */
import { inject } from 'vitest';
import { connectTo } from '../broker/endpoint.ts';
import type { Connection } from '../broker/endpoint.ts';
import type { Case } from '../cases/case.ts';
import type { Answer } from '../run/answer.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Address of the run's endpoint. */
    onpar: string;
  }
}

let connection: Connection | undefined;

function ask(method: string, argument: unknown): Promise<unknown> {
  const address = inject('onpar') as string | undefined;
  if (address === undefined)
    throw new Error(
      "onpar's plugin is not active: add `plugins: [onpar()]` (from 'onpar/vitest/plugin') to vitest.config.ts, and `extends: true` to each of its projects",
    );
  connection ??= connectTo(address);
  return connection.ask(method, argument);
}

/** The cases of one metric, such as 'parity'. Rejects where there is none: a suite without cases proves nothing. */
export const plannedCases = (metric: string): Promise<readonly NamedCase[]> =>
  ask('plan', metric) as Promise<readonly NamedCase[]>;

/** A case and its name, which is also the name of its test. */
export type NamedCase = Case & { readonly id: string };

/** The metrics of one suite: latency has latency (steady), load and first. */
export const metricsOf = (suite: string): Promise<readonly string[]> =>
  ask('metrics', suite) as Promise<readonly string[]>;

/** Measures a case, or fetches what was measured already. Never rejects for what the model or a backend does wrong: that is part of the answer. */
export const measure = (subject: Case): Promise<Answer> => ask('measure', subject) as Promise<Answer>;
