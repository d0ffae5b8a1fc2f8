/**
 * `onpar compare a.onnx [b.onnx | tfjs-folder]`: a verdict in seconds without card, configuration or repository. Workers start
 * before anything heavy is loaded, side by side; the first side is what the others are compared with.
 */
import type { CompareOptions } from './compare-options.ts';
import { wholeNumber } from './options.ts';
import type { SideResult } from './judge-sides.ts';
import { WorkerFailure } from '../workers/worker.ts';
import { openSide, runSide, startSides } from './sides.ts';
import type { OpenSide, Side } from './sides.ts';

export async function compareFiles(targets: readonly string[], options: CompareOptions): Promise<void> {
  const sides = await startSides(targets, options.backend ?? [], wholeNumber('--threads', options.threads, 0));
  try {
    process.exitCode = await compareStarted(sides, options);
  } finally {
    await Promise.all(sides.map(({ worker }) => worker.close()));
  }
}

/** The first side runs as soon as it is open, while the others may still compile. */
async function compareStarted(sides: readonly Side[], options: CompareOptions): Promise<number> {
  // Loaded while the workers boot.
  const modules = Promise.all([import('./feeds.ts'), import('./judge-sides.ts'), import('./render-files.ts')]);
  const [opening, ...others] = heard(sides.map((side) => openSide(side)));
  if (opening === undefined) throw new Error('no side was started');
  const base = await opening;
  const [{ feedsFor }, { judgeSide }, { renderFiles, filesJson }] = await modules;
  const feedings = await feedsFor(base.session.inputs, options);
  const running = heard([eachOf(feedings, async ({ feeds }) => (await runSide(base, feeds)).outputs)]);
  const { able, absent } = await settle(sides, others, options);
  const [expected = []] = await Promise.all(running);
  const judge = (side: OpenSide): Promise<SideResult[]> =>
    eachOf(feedings, (feeding, index) => judgeSide({ base, side, feeding, expected: expected[index] ?? {}, options }));
  // Parity of all sides at once; latency alone, or the sides would measure each other.
  const results = await (options.only === 'parity' ? Promise.all(able.map(judge)) : eachOf(able, judge));
  const write = options.json ? filesJson : renderFiles;
  process.stdout.write(await write({ base, results, options, absent }));
  const judged = results.flat();
  // Nothing compared is nothing proved.
  return judged.length > 0 && judged.every(({ verdict }) => verdict === 'match') ? 0 : 1;
}

/** One after the other. */
async function eachOf<T, R>(values: readonly T[], body: (value: T, index: number) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (const [index, value] of values.entries()) results.push(await body(value, index));
  return results;
}

/** Of one file every backend that nobody named may be missing, or not take the model; one that was named may not. One that crashes or hangs is never "not here". */
export async function settle(
  sides: readonly Side[],
  opening: readonly Promise<OpenSide>[],
  { backend }: CompareOptions,
): Promise<{ able: OpenSide[]; absent: string[] }> {
  const [base, ...others] = sides;
  const mayMiss = backend === undefined && others.every(({ file }) => file === base?.file);
  if (!mayMiss) return { able: await Promise.all(opening), absent: [] };
  const settled = await Promise.allSettled(opening);
  const broken = settled.find((each) => each.status === 'rejected' && !isRefusal(each.reason));
  if (broken?.status === 'rejected') throw broken.reason;
  return {
    able: settled.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : [])),
    absent: settled.flatMap((each, index) =>
      each.status === 'rejected' ? [`${others[index]?.backend.id}: ${(each.reason as Error).message}`] : [],
    ),
  };
}

const isRefusal = (error: unknown): boolean =>
  error instanceof Error && error.cause instanceof WorkerFailure && error.cause.kind === 'refused';

/** Whoever awaits these later hears of a failure; until then it must not count as unhandled. */
function heard<T>(promises: readonly Promise<T>[]): readonly Promise<T>[] {
  for (const promise of promises) promise.catch(() => undefined);
  return promises;
}

/** What is printed of a comparison. */
export interface Comparison {
  readonly base: OpenSide;
  /** By side, then by batch size; never an empty side. */
  readonly results: readonly (readonly SideResult[])[];
  readonly options: CompareOptions;
  /** Backends that were tried unasked and are not here. */
  readonly absent: readonly string[];
}
