/** How calls and processes ended. */
import { expect } from 'vitest';
import { WorkerFailure } from '../../../src/workers/worker.ts';

/** How a call ended; the test fails where it did not fail. */
export async function failureOf(call: Promise<unknown>): Promise<WorkerFailure> {
  const error: unknown = await call.then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(WorkerFailure);
  return error as WorkerFailure;
}

/** Whether a process is there, be it a zombie. */
export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};
