/** Finds every metric of this folder by itself: adding a metric is adding one file. Refuses an empty folder, a file that is no metric, and two metrics of one id. */
import { readdirSync } from 'node:fs';
import type { Metric } from './metric.ts';

/** By id, in the order of the ids. `folder` is for specs. */
export const loadMetrics = async (
  folder: URL = new URL('./', import.meta.url),
): Promise<ReadonlyMap<string, Metric>> => {
  const files = readdirSync(folder).filter(isMetricFile).sort();
  const metrics = new Map<string, Metric>();
  for (const file of files) {
    const metric = await metricOf(new URL(file, folder));
    if (`${metric.id}.${file.split('.').at(-1)}` !== file)
      throw new Error(`${file} holds the metric ${metric.id}: file and id must agree`);
    metrics.set(metric.id, metric);
  }
  if (metrics.size === 0) throw new Error(`no metric in ${folder.pathname}: nothing would be judged`);
  return metrics;
};

const apart = new Set(['metric', 'registry', 'sources']);

/** .ts under vitest, .js once compiled; never a declaration. */
const isMetricFile = (file: string): boolean => {
  const parts = /^([a-z][a-z0-9-]*)\.(?:ts|js|mjs)$/.exec(file);
  return parts !== null && !apart.has(parts[1] ?? '');
};

const metricOf = async (file: URL): Promise<Metric> => {
  const { metric } = (await import(/* @vite-ignore */ file.href)) as { readonly metric?: Metric };
  if (typeof metric?.judge !== 'function' || typeof metric.id !== 'string')
    throw new Error(`${file.pathname} exports no metric`);
  return metric;
};
