/** The kinds that a bless is limited to: `--only` and ONPAR_BLESS_ONLY, a comma list. */
import { suites, type Suite } from '../metrics/metric.ts';
import { BadInput } from '../schema/bad-input.ts';

export type OnlyKinds = 'all' | ReadonlySet<Suite>;

/** Throws BadInput on a word that names no kind. */
export function readOnly(text: string | undefined): OnlyKinds {
  if (text === undefined || text === '') return 'all';
  const words = text.split(',').map((word) => suites.find((suite) => suite === word) ?? unknownWord(word));
  return new Set(words);
}

export const covers = (kinds: OnlyKinds, suite: Suite): boolean => kinds === 'all' || kinds.has(suite);

function unknownWord(word: string): never {
  throw new BadInput({
    what: `'${word}' is not one of ${suites.join(', ')}`,
    where: '--only',
    fix: 'name one of them',
  });
}
