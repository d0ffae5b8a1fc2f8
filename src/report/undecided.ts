/** What a run leaves open: verdicts that are neither red nor decided, and why it saw less than it could. */
import { mark, plural } from './format.ts';
import type { Report, VerdictRow } from './report.generated.ts';
import { worstFirst } from './view.ts';

export interface OpenVerdicts {
  readonly alone: readonly VerdictRow[];
  /** Without a baseline yet: on a new machine these are most of them, so they are told as one. */
  readonly unbaselined: readonly VerdictRow[];
}

/** What is neither red nor decided. */
export function openVerdicts(report: Report): OpenVerdicts {
  const open = worstFirst(report.verdicts).filter((v) => !v.red && mark(v.verdict).tone === 'unsure');
  const unbaselined = open.filter((v) => v.verdict === 'unbaselined');
  return unbaselined.length > 3
    ? { alone: open.filter((v) => v.verdict !== 'unbaselined'), unbaselined }
    : { alone: open, unbaselined: [] };
}

/** A bless helps where the same machine comes again; what is paired needs none. */
export const unbaselinedWords = (values: readonly VerdictRow[], report: Report): string => {
  const where = warningsIn(report).length === 0 ? '' : ', where this machine is used again';
  return `${plural(values.length, 'value')} measured, nothing committed here to compare with: npx onpar bless${where}`;
};

export const warningsIn = ({ summary }: Report): readonly string[] => summary.warnings ?? [];
