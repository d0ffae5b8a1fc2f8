/** The kinds that a bless is limited to: `--only` and ONPAR_BLESS_ONLY, a comma list. */
import { onlyWords } from '../metrics/metric.ts';
import type { Only } from '../metrics/metric.ts';
import { BadInput } from '../schema/bad-input.ts';

export type OnlyKinds = 'all' | ReadonlySet<Only>;

/** Throws BadInput on a word that names no kind. */
export function readOnly(text: string | undefined): OnlyKinds {
  if (text === undefined || text === '') return 'all';
  const words = text.split(',').map((word) => onlyWords.find((only) => only === word) ?? unknownWord(word));
  return new Set(words);
}

export const covers = (kinds: OnlyKinds, only: Only): boolean => kinds === 'all' || kinds.has(only);

function unknownWord(word: string): never {
  throw new BadInput({
    what: `'${word}' is not one of ${onlyWords.join(', ')}`,
    where: '--only',
    fix: 'name one of them',
  });
}
