/**
 * `onpar compare a.onnx [b.onnx | tfjs-folder]`: a verdict in seconds without card, configuration or repository. Workers start
 * before anything heavy is loaded, side by side; the first side is what the others are compared with.
 */
import type { TensorMap } from '../tensor/tensor.ts';
import type { CompareOptions } from './compare-options.ts';
import { wholeNumber } from './options.ts';
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
  const feeds = await feedsFor(base.session.inputs, options);
  const running = heard([runSide(base, feeds).then(({ outputs }) => outputs)]);
  const { able, absent } = await settle(sides.slice(1), others, options);
  const [expected = {}] = await Promise.all(running);
  const results = await inTurn(able, options, (side) => judgeSide({ base, side, feeds, expected, options }));
  const write = options.json ? filesJson : renderFiles;
  process.stdout.write(await write({ base, results, feeds, options, absent }));
  return results.every(({ verdict }) => verdict === 'match') ? 0 : 1;
}

/** Parity of all sides at once; latency alone, or the sides would measure each other. */
async function inTurn<T>(
  sides: readonly OpenSide[],
  { only }: CompareOptions,
  judge: (side: OpenSide) => Promise<T>,
): Promise<T[]> {
  if (only === 'parity') return Promise.all(sides.map(judge));
  const results: T[] = [];
  for (const side of sides) results.push(await judge(side));
  return results;
}

/** Every backend that nobody named may be missing; one that was named may not. */
async function settle(
  sides: readonly Side[],
  opening: readonly Promise<OpenSide>[],
  { backend }: CompareOptions,
): Promise<{ able: OpenSide[]; absent: string[] }> {
  const mayMiss = backend === undefined && opening.length > 1;
  if (!mayMiss) return { able: await Promise.all(opening), absent: [] };
  const settled = await Promise.allSettled(opening);
  return {
    able: settled.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : [])),
    absent: settled.flatMap((each, index) =>
      each.status === 'rejected' ? [`${sides[index]?.backend.id}: ${(each.reason as Error).message}`] : [],
    ),
  };
}

/** Whoever awaits these later hears of a failure; until then it must not count as unhandled. */
function heard<T>(promises: readonly Promise<T>[]): readonly Promise<T>[] {
  for (const promise of promises) promise.catch(() => undefined);
  return promises;
}

/** What is printed of a comparison. */
export interface Comparison<Result> {
  readonly base: OpenSide;
  readonly results: readonly Result[];
  readonly feeds: TensorMap;
  readonly options: CompareOptions;
  /** Backends that were tried unasked and are not here. */
  readonly absent: readonly string[];
}
