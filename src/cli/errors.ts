/** Exit codes: 0 on par, 1 red, 2 bad input or usage. */
import { CommanderError } from 'commander';
import { BadInput } from '../schema/bad-input.ts';

/** Prints what a person can mend as one clear error; what only we can mend keeps its stack. */
export function exitCodeOf(error: unknown): number {
  // commander has printed its message already; help and version are no errors.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  process.stderr.write(
    error instanceof BadInput
      ? `onpar: ${error.message}\n`
      : `onpar failed: ${(error as Error).stack ?? String(error)}\n`,
  );
  return 2;
}
