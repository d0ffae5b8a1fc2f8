/** Compares one side with the first: feeds and outputs brought together, the verdict, and a quick look at latency. */
import { compareOutputs } from '../compare/parity.ts';
import type { ParityComparison } from '../compare/parity.ts';
import { quantizedAgainstFloat, toleranceFor } from '../compare/tolerance.ts';
import { rowsDiffer } from '../compare/vacuity.ts';
import type { TensorMap } from '../tensor/tensor.ts';
import { alignedFeeds, alignedOutputs } from './align.ts';
import type { CompareOptions } from './compare-options.ts';
import type { Feeding } from './feeds.ts';
import type { PairedLatency } from './paired-latency.ts';
import { blame, runSide } from './sides.ts';
import type { OpenSide } from './sides.ts';

export interface SideResult {
  readonly side: OpenSide;
  readonly feeding: Feeding;
  readonly comparison: ParityComparison;
  readonly verdict: 'match' | 'mismatch' | 'vacuous';
  readonly assumptions: readonly string[];
  readonly latency: PairedLatency | null;
  /** The first side's outputs and this side's, under the first side's names. */
  readonly outputs: { readonly actual: TensorMap; readonly expected: TensorMap };
}

interface Question {
  readonly base: OpenSide;
  readonly side: OpenSide;
  readonly feeding: Feeding;
  readonly expected: TensorMap;
  readonly options: CompareOptions;
}

export async function judgeSide({ base, side, feeding, expected, options }: Question): Promise<SideResult> {
  const { feeds } = feeding;
  const aligned = alignedFeeds(feeds, base.session.inputs, side.session.inputs);
  const reply = await runSide(side, aligned.feeds);
  const { outputs: actual, assumptions } = alignedOutputs(reply.outputs, side.session.outputs, base.session.outputs);
  const comparison = compareOutputs(actual, expected, {
    tolerance: (_, { dtype }) => (options.quantized ? quantizedAgainstFloat : toleranceFor(dtype)),
    classifications: Object.keys(expected).filter((name) => looksLikeLogits(expected[name]?.dims ?? [])),
    inputsDiffer: rowsDiffer(feeds),
  });
  const verdict = comparison.vacuous !== null ? 'vacuous' : comparison.excess <= 1 ? 'match' : 'mismatch';
  return {
    side,
    feeding,
    comparison,
    verdict,
    assumptions: [...aligned.assumptions, ...assumptions],
    latency: options.only === 'parity' ? null : await quickLatency(base, side, feeds, aligned.feeds),
    outputs: { actual, expected },
  };
}

/** [rows, classes]: without a card, top-1 of such an output is worth a line. */
export const looksLikeLogits = ([, classes = 0, ...more]: readonly unknown[]): boolean =>
  typeof classes === 'number' && classes > 1 && more.length === 0;

async function quickLatency(
  base: OpenSide,
  side: OpenSide,
  baseFeeds: TensorMap,
  feeds: TensorMap,
): Promise<PairedLatency> {
  const { pairedLatency } = await import('./paired-latency.ts');
  return pairedLatency(base.worker, baseFeeds, side.worker, feeds).catch(blame(side, 'time'));
}
