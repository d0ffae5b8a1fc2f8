/** Where a card's artifact/backend leads. */
import type { Backend } from '../backends/backend.ts';
import type { ModelCard } from '../models/card.ts';
import { BadInput } from '../schema/bad-input.ts';

export interface Place {
  readonly artifact: string;
  readonly backend: string;
}

/** `field`: of the card, for messages. Throws BadInput where there is no such backend, or it does not open the artifact. */
export function placeOf(backends: readonly Backend[], card: ModelCard, key: string, field: string): Place {
  const [artifact = '', ...rest] = key.split('/');
  const id = rest.join('/');
  const where = `${field} of model ${card.id}`;
  const backend = backends.find((each) => each.id === id);
  if (backend === undefined)
    throw new BadInput({
      what: `unknown backend '${id}'`,
      where,
      fix: `known: ${backends.map((each) => each.id).join(', ')}`,
    });
  const format = card.artifacts[artifact]?.format;
  if (format !== undefined && !backend.formats.includes(format))
    throw new BadInput({
      what: `'${key}': ${backend.id} does not open ${format} files`,
      where,
      fix: 'name a backend of that format: onpar doctor lists them',
    });
  return { artifact, backend: backend.id };
}
