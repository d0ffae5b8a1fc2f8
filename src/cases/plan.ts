/**
 * Decides which cases there are. The split between what each commit and what the full suite affords stands here and in the
 * backends' limits alone. A backend that is not here keeps its cases: they end as unavailable, they do not vanish.
 */
import type { Backend } from '../backends/backend.ts';
import { batchesOf } from '../models/card.ts';
import type { Model } from '../models/card.ts';
import { BadInput } from '../schema/bad-input.ts';
import type { Metric } from '../metrics/metric.ts';
import type { Source } from '../metrics/sources.ts';
import type { Case } from './case.ts';
import type { Project } from './project.ts';
import { placeOf } from './place.ts';
import { cardRelations, parentRelations } from './relations.ts';

export type Depth = 'commit' | 'full';

/** Gating latency costs seconds a case; more of them would not fit into a commit's run. */
export const maxGatedLatency = 18;

/** npm test plans for a commit; npm run test:full sets ONPAR_FULL=1. */
export const depthOf = (env: NodeJS.ProcessEnv): Depth => (env['ONPAR_FULL'] === '1' ? 'full' : 'commit');

/** Every case of one metric, in the order of the cards. What there is to measure depends on the metric's source alone. */
export function planCases(project: Project, { id, source }: Metric, depth: Depth): readonly Case[] {
  return project.models.flatMap((model) =>
    planners[source](project, model, depth).map((part) => ({
      ...blank,
      metric: id,
      model: model.card.id,
      ...part,
    })),
  );
}

export type Part = Partial<Case> & Pick<Case, 'artifact'>;
type Planner = (project: Project, model: Model, depth: Depth) => readonly Part[];

const blank = { backend: null, batch: null, threads: 1, images: null };

const planners: Readonly<Record<Source, Planner>> = {
  files: (_, { card }) => Object.keys(card.artifacts).map((artifact) => ({ artifact })),
  answers: perPlace,
  accuracy: (project, model, depth) =>
    perPlace(project, model, depth).flatMap((part) => withImages(project, model, depth, part)),
  latency: gated,
  relation: (project, model, depth) => [
    ...parentRelations(project, model, planners.accuracy(project, model, depth)),
    ...(depth === 'full' ? cardRelations(project, model) : []),
  ],
};

/** Artifact x backend, wherever the backend opens the artifact's format and affords it at this depth. */
function perPlace({ backends, idle }: Project, { card }: Model, depth: Depth): readonly Part[] {
  return Object.entries(card.artifacts).flatMap(([artifact, { format }]) =>
    backends
      .filter(({ id, formats, limits }) => formats.includes(format) && limits.images[depth] > 0 && !idle?.has(id))
      .map((backend) => ({ artifact, backend: backend.id })),
  );
}

function withImages({ datasets, backends }: Project, { card }: Model, depth: Depth, part: Part): readonly Part[] {
  const dataset = datasets.get(card.dataset ?? '');
  const backend = backends.find(({ id }) => id === part.backend);
  if (dataset === undefined || backend === undefined) return [];
  return [{ ...part, images: Math.min(dataset.card.count, backend.limits.images[depth]) }];
}

function gated({ models, backends }: Project, { card }: Model): readonly Part[] {
  const total = models.reduce((sum, model) => sum + (model.card.latency?.gated.length ?? 0), 0);
  if (total > maxGatedLatency) {
    throw new BadInput({
      what: `${total} latency cases are gated, at most ${maxGatedLatency} fit into a commit's run`,
      where: 'latency.gated of the model cards',
      fix: 'gate fewer; the others are still measured and shown by onpar compare',
    });
  }
  const { paired = {}, accepted = [] } = card.latency ?? {};
  // What is asked of a case that there cannot be would be ignored.
  for (const key of Object.keys(paired)) placeOf(backends, card, key, 'latency.paired');
  for (const each of accepted) placeOf(backends, card, each.case, 'latency.accepted');
  return (card.latency?.gated ?? []).map((key) => ({
    ...placeOf(backends, card, key, 'latency.gated'),
    batch: batchesOf(card)[0] ?? 1,
    threads: 1,
  }));
}

/** Backends of which anything is asked: at this depth, and for the artifacts that there are. */
export function usedBackends({ models, backends, idle }: Project, depth: Depth): readonly Backend[] {
  const used = new Set(models.flatMap(({ card }) => Object.values(card.artifacts).map(({ format }) => format)));
  const named = new Set(
    models.flatMap(({ card }) => card.latency?.gated ?? []).map((key) => key.slice(key.indexOf('/') + 1)),
  );
  return backends.filter(
    ({ id, formats, limits }) =>
      limits.images[depth] > 0 && formats.some((one) => used.has(one)) && (named.has(id) || !idle?.has(id)),
  );
}
