/**
 * Which relations there are: of every artifact that was made narrower to the one that it was made from, and those that cards name. The
 * first cost nothing beside what is measured anyway; the others take minutes.
 */
import { sameFiles } from '../models/artifact.ts';
import { batchesOf } from '../models/card.ts';
import type { Model } from '../models/card.ts';
import { BadInput } from '../schema/bad-input.ts';
import type { Part } from './plan.ts';
import { placeOf } from './place.ts';
import type { Project } from './project.ts';

/** `measured`: cases of accuracy. What is quantized as it is opened has the parent's files, and no size of its own. */
export function parentRelations(
  { backends }: Project,
  { card: { artifacts } }: Model,
  measured: readonly Part[],
): readonly Part[] {
  return Object.entries(artifacts).flatMap(([artifact, own]): readonly Part[] => {
    const than = own.parent ?? '';
    const parent = artifacts[than];
    if (parent === undefined || own.precision === parent.precision) return [];
    const opened = backends.filter(({ formats }) => formats.includes(parent.format)).map(({ id }) => id);
    return [
      ...(sameFiles(own, parent) ? [] : [{ artifact, relation: { kind: 'size', than } as const }]),
      ...measured
        .filter((part) => part.artifact === artifact && opened.includes(part.backend ?? ''))
        .map((part) => ({ ...part, relation: { kind: 'accuracy', than } as const })),
    ];
  });
}

/** Throws BadInput where a card names what there is not. */
export function cardRelations({ backends }: Project, { card }: Model): readonly Part[] {
  const { notSlower = [], batching = [] } = card.relations ?? {};
  const batches = batchesOf(card);
  return [
    ...notSlower.map(({ case: own, than }): Part => {
      placeOf(backends, card, than, 'relations.notSlower');
      const place = placeOf(backends, card, own, 'relations.notSlower');
      return { ...place, batch: batches[0] ?? 1, relation: { kind: 'speed', than } };
    }),
    ...batching.flatMap(({ case: own, knee }): readonly Part[] => {
      const place = placeOf(backends, card, own, 'relations.batching');
      if (!batches.includes(knee))
        throw new BadInput({
          what: `knee ${knee} is none of the batches`,
          where: `relations.batching of model ${card.id}`,
          fix: `name one of ${batches.join(', ')}`,
        });
      return [
        { ...place, relation: { kind: 'knee' } },
        { ...place, relation: { kind: 'gain' } },
      ];
    }),
  ];
}
