/**
 * Committed values, read and validated: the portable ones and those of this machine. Refuses a file that is torn, holds another model's
 * or another machine's values, or a value of the wrong shape; only a file that is not there is "no baseline".
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { hasShape, type Metric } from '../metrics/metric.ts';

import { BadInput } from '../schema/bad-input.ts';
import { parseJson, readText, schemaOf } from '../schema/read.ts';
import type { Baseline, Value } from './baseline.generated.ts';
import { classSuffix } from './isa.ts';

export interface BaselineFile {
  /** Relative to the root, with forward slashes. */
  readonly path: string;
  /** As it lies on disk: bless keeps the bytes of what it does not change. */
  readonly text: string;
  readonly baseline: Baseline;
}

export interface Baselines {
  /** The repository's root, which holds `baselines/`. */
  readonly root: string;
  readonly fingerprint: string;
  /** By model. */
  readonly portable: ReadonlyMap<string, BaselineFile>;
  /** By model; of this fingerprint only. */
  readonly machine: ReadonlyMap<string, BaselineFile>;
}

export type Lookup =
  | { readonly state: 'present'; readonly value: Value }
  | { readonly state: 'new-case' | 'new-machine' }
  /** The values of other instruction-set classes: bless adds one for this class only where it differs from all of them. */
  | { readonly state: 'new-class'; readonly elsewhere: readonly Value[] };

const schema = schemaOf<Baseline>(new URL('./baseline.schema.json', import.meta.url));

/**
 * The metrics that a baseline is checked against; ids that none of them has are kept when others are blessed, and a whole run says that
 * they are no case any more.
 */
export type Metrics = ReadonlyMap<string, Metric>;

/** `root`: the folder that holds `baselines/`; a missing folder holds no values. Throws BadInput. */
export const readBaselines = (root: string, fingerprint: string, metrics: Metrics): Baselines => ({
  root,
  fingerprint,
  portable: readFolder(root, portableFolder, null, metrics),
  machine: readFolder(root, machineFolder(fingerprint), fingerprint, metrics),
});

/** Of the latest one, to the day; null where nothing was blessed, or not in git. */
export const commitOfBless = ({ machine, portable }: Baselines): string | null =>
  [...machine.values(), ...portable.values()]
    .map(({ baseline }) => baseline.provenance)
    .filter(({ commit }) => commit !== null)
    // Dates as YYYY-MM-DD order as text does.
    .toSorted((a, b) => (a.date < b.date ? 1 : a.date > b.date ? -1 : 0))[0]?.commit ?? null;

/** The value of a case, or why there is none. */
export const lookup = (baselines: Baselines, metric: Metric, model: string, key: string): Lookup => {
  const files = metric.scope === 'portable' ? baselines.portable : baselines.machine;
  const values = files.get(model)?.baseline.values[metric.id] ?? {};
  const value = Object.hasOwn(values, key) ? values[key] : undefined;
  if (value !== undefined) return { state: 'present', value };
  if (metric.scope === 'machine' && files.size === 0) return { state: 'new-machine' };
  const elsewhere = blessedElsewhere(values, key);
  return elsewhere.length > 0 ? { state: 'new-class', elsewhere } : { state: 'new-case' };
};

export const portableFolder = 'baselines';
export const machineFolder = (fingerprint: string): string => `${portableFolder}/machines/${fingerprint}`;
/** Lies beside a machine's values and says which machine it is; so no model may have this id. */
export const machineFile = 'machine.json';

/** `float32/ort-node/cpu@x64-avx2` without its instruction-set class. */
export const withoutClass = (key: string): string => key.replace(classSuffix, '');

/** Values of this case for other instruction-set classes. */
const blessedElsewhere = (values: Readonly<Record<string, Value>>, key: string): readonly Value[] =>
  Object.entries(values).flatMap(([other, value]) =>
    classSuffix.test(key) && classSuffix.test(other) && withoutClass(other) === withoutClass(key) ? [value] : [],
  );

const readFolder = (
  root: string,
  folder: string,
  fingerprint: string | null,
  metrics: Metrics,
): ReadonlyMap<string, BaselineFile> => {
  const files = new Map<string, BaselineFile>();
  for (const name of namesIn(join(root, folder))) {
    if (!name.endsWith('.json') || name.startsWith('.') || (fingerprint !== null && name === machineFile))
      continue;
    const path = `${folder}/${name}`;
    const text = readText(join(root, path));
    const baseline = parseJson(text, join(root, path), schema);
    refuseForeign(baseline, join(root, path), name.slice(0, -'.json'.length), fingerprint);
    refuseShapes(baseline, join(root, path), metrics);
    files.set(baseline.model, { path, text, baseline });
  }
  return files;
};

/** Nothing for a missing folder. Throws BadInput where it is there and cannot be listed. */
const namesIn = (folder: string): readonly string[] => {
  try {
    return existsSync(folder) ? readdirSync(folder).sort() : [];
  } catch (error) {
    throw new BadInput({
      what: `cannot be listed (${(error as Error).message})`,
      where: folder,
      fix: 'It must be a folder that this user may read.',
    });
  }
};

const refuseForeign = (
  baseline: Baseline,
  where: string,
  model: string,
  fingerprint: string | null,
): void => {
  if (baseline.model !== model)
    throw new BadInput({
      what: `holds the values of ${baseline.model}, its name says ${model}`,
      where,
      fix: 'Rename the file, or restore it.',
    });
  if (baseline.fingerprint !== fingerprint)
    throw new BadInput({
      what: `holds values of ${baseline.fingerprint ?? 'every machine'}, but lies where those of ${fingerprint ?? 'every machine'} belong`,
      where,
      fix: 'Move it back: baselines of one machine never serve another.',
    });
};

const refuseShapes = (baseline: Baseline, where: string, metrics: Metrics): void => {
  for (const [id, values] of Object.entries(baseline.values)) {
    const metric = metrics.get(id);
    for (const [key, value] of Object.entries(values)) {
      if (metric === undefined || hasShape(metric, value)) continue;
      throw new BadInput({
        what: `${id} of ${key} is no ${metric.shape}`,
        where,
        fix: 'Restore the file, or remove this value and bless again.',
      });
    }
  }
};
