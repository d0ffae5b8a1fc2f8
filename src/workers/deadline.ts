/** The one deadline of calls to workers, seconds: ONPAR_DEADLINE, or long enough for a large model on a slow backend. */
import { BadInput } from '../schema/bad-input.ts';

const fallback = 120;
/** Node's timers count milliseconds in 31 bits; beyond that they fire at once. */
const longest = 2_147_483;

/** Throws BadInput. */
export function readDeadline({ ONPAR_DEADLINE: text = '' }: NodeJS.ProcessEnv): number {
  if (text === '') return fallback;
  const seconds = Number(text);
  if (seconds > 0 && seconds <= longest) return seconds;
  throw new BadInput({
    what: `is ${JSON.stringify(text)}, expected seconds above 0, at most ${longest}`,
    where: 'ONPAR_DEADLINE',
    fix: `unset it for ${fallback} s`,
  });
}
