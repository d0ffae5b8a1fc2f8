/** Expects bad input: an error that a person can mend, with all three of its parts. */
import { expect } from 'vitest';
import { BadInput } from '../../../src/schema/bad-input.ts';

/** What was refused; the test fails where nothing was, or where the error is of another kind. */
export async function refusal(body: () => unknown): Promise<BadInput> {
  const error = await caught(body);
  expect(error).toBeInstanceOf(BadInput);
  const { where, what, fix } = error as BadInput;
  for (const part of [where, what, fix]) expect(part).not.toBe('');
  return error as BadInput;
}

async function caught(body: () => unknown): Promise<unknown> {
  try {
    await body();
  } catch (error) {
    return error;
  }
  return new Error('it was accepted');
}
