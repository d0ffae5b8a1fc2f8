/** The report for machines. Key order is the contract's, so two reports diff line by line; non-finite numbers are words. */
import type { AnyNumber } from './report.generated.ts';

export const toJson = (document: object): string => `${JSON.stringify(document, refuseNonFinite, 2)}\n`;

/** JSON has no NaN: without this an infinite difference would arrive as null, that is, as "not measured". */
export function encodeNumber(x: number): AnyNumber {
  if (Number.isFinite(x)) return x;
  return Number.isNaN(x) ? 'NaN' : x > 0 ? 'Infinity' : '-Infinity';
}

function refuseNonFinite(_key: string, value: unknown): unknown {
  return typeof value === 'number' ? encodeNumber(value) : value;
}
