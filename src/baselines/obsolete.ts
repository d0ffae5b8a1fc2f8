/** Committed values whose case is gone: its artifact, card, data set or number of images is no longer there. Pure. */
import type { Value } from './baseline.generated.ts';
import { withoutClass } from './store.ts';
import type { BaselineFile } from './store.ts';

export interface CaseName {
  readonly metric: string;
  readonly model: string;
  /** With or without the instruction-set class: a case that is alive is alive on every class. */
  readonly key: string;
}

export interface Obsolete extends CaseName {
  /** Of the baseline file. */
  readonly path: string;
  readonly value: Value;
}

/** `alive`: every case there is, in any depth, unavailable ones included. */
export function obsoleteValues(files: Iterable<BaselineFile>, alive: readonly CaseName[]): readonly Obsolete[] {
  const names = new Set(alive.map(nameOf));
  return [...files].flatMap(({ path, baseline: { model, values } }) =>
    Object.entries(values).flatMap(([metric, cases]) =>
      Object.entries(cases)
        .map(([key, value]) => ({ path, metric, model, key, value }))
        .filter((each) => !names.has(nameOf(each))),
    ),
  );
}

const nameOf = ({ metric, model, key }: CaseName): string => `${model} ${metric} ${withoutClass(key)}`;
