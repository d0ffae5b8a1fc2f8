/** Which cases a diff is about: every artifact on every backend that opens it, of either side, narrowed by words and backends. */
import type { Backend } from '../backends/backend.ts';
import type { Side } from '../base/base.ts';
import type { Case } from '../cases/case.ts';
import { planCases } from '../cases/plan.ts';
import type { Depth } from '../cases/plan.ts';
import { isMeant, modelOf, namedBy } from '../cases/project.ts';
import type { Metric } from '../metrics/metric.ts';
import type { Sides } from './sides.ts';

export interface Place {
  /** model/artifact/backend */
  readonly id: string;
  readonly subject: Case;
  /** Null where the model has no data set. */
  readonly accuracy: Case | null;
  readonly has: 'both' | 'base' | 'new';
}

export interface PlacesOptions {
  readonly metrics: ReadonlyMap<string, Metric>;
  readonly depth: Depth;
  readonly backends: readonly Backend[];
  /** Every one must occur in the id, or be a case of it: the name of a latency case can be pasted. */
  readonly words: readonly string[];
}

/** In the order of the working tree's cards; what only the base has comes last. */
export function placesOf({ base, ours }: Sides, { metrics, depth, backends, words }: PlacesOptions): readonly Place[] {
  const plan = ({ project }: Side, metric: string): ReadonlyMap<string, Case> => {
    const found = metrics.get(metric);
    if (found === undefined) throw new Error(`no metric ${metric}`);
    return new Map(planCases(namedBy(project, words), found, depth).map((subject) => [idOf(subject), subject]));
  };
  const [before, after, images] = [plan(base, 'parity'), plan(ours, 'parity'), plan(ours, 'accuracy')];
  const other = base.backend;
  const opensAlso = ({ model, artifact, backend }: Case): boolean => {
    if (other === null) return true;
    const format = modelOf(ours.project, model).card.artifacts[artifact]?.format;
    return backend !== other.id && format !== undefined && other.formats.includes(format);
  };
  /** As many as the slower of two backends can afford. */
  const accuracyOf = (id: string, subject: Case): Case | null => {
    const [own, theirs] = [images.get(id), images.get(idOf({ ...subject, backend: other?.id ?? subject.backend }))];
    if (own === undefined) return null;
    return { ...own, images: Math.min(own.images ?? Infinity, theirs?.images ?? Infinity) };
  };
  return [...new Map([...after, ...before])]
    .filter(
      ([id, subject]) =>
        words.every((word) => isMeant(id, word)) &&
        backends.some((each) => each.id === subject.backend) &&
        opensAlso(subject),
    )
    .map(([id, subject]): Place => {
      const has = after.has(id) ? (before.has(id) ? 'both' : 'new') : 'base';
      return { id, subject: { ...subject, metric: 'diff' }, accuracy: accuracyOf(id, subject), has };
    });
}

const idOf = ({ model, artifact, backend }: Case): string => [model, artifact, backend].join('/');
