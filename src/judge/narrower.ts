/**
 * Whether an artifact of lower precision buys what it is made for: time and bytes. A warning is no verdict: what is slow on one machine
 * may pay on another. Says nothing inside noise.
 */
import type { Interval } from '../stats/two-sample.ts';
import { pairedSettings } from './settings.ts';
import { bytes, times } from './words.ts';

export interface Costs {
  readonly artifact: string;
  readonly batch: number;
  /** Null where both are the same files, quantized as they are opened. */
  readonly bytes: number | null;
  /** Of steady latency, seconds; null where it was not measured, or by one process alone. */
  readonly interval: Interval | null;
}

/** Of two artifacts on the same backend with the same batch and threads; one sentence each. */
export function warningsAbout(own: Costs, parent: Costs): readonly string[] {
  const found: string[] = [];
  const [mine, theirs] = [own.interval, parent.interval];
  if (mine !== null && theirs !== null && mine.low > theirs.high * (1 + pairedSettings.budget))
    found.push(
      `slower than ${parent.artifact} at batch ${own.batch}, which it was made from: at least ${times(mine.low / theirs.high)} its time`,
    );
  if (own.bytes !== null && parent.bytes !== null && own.bytes >= parent.bytes)
    found.push(
      `no smaller than ${parent.artifact}, which it was made from: ${bytes(own.bytes)} and ${bytes(parent.bytes)}`,
    );
  return found;
}
