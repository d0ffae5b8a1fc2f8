/** Ends a run: writes .onpar/report.json and report.html, prints the answer, and returns the exit code. */
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { readAssets } from '../report/assets.ts';
import { renderHtml } from '../report/html.ts';
import { toJson } from '../report/json.ts';
import { renderMarkdown } from '../report/markdown.ts';
import type { Report } from '../report/report.generated.ts';
import { renderTerminal } from '../report/terminal.ts';
import { buildReport } from './report.ts';
import type { ReportFacts } from './report.ts';
import type { Run } from './run.ts';
import type { Verdicts } from './verdicts.ts';

export interface FinishFacts extends ReportFacts {
  /** Print the report as JSON instead of a table. */
  readonly json?: boolean;
}

export async function finishRun(run: Run, verdicts: Verdicts, facts: FinishFacts): Promise<number> {
  const report = await buildReport(run, verdicts, facts);
  // Undefined where stdout is no terminal, whatever the types say.
  const { columns = 120, isTTY } = process.stdout as { columns?: number; isTTY: boolean };
  if (facts.json) process.stdout.write(toJson(report));
  else process.stdout.write(`\n${renderTerminal(report, { color: hasColor(isTTY), width: columns })}\n`);
  const html = tryWriting(run.project.root, report);
  if (!facts.json && html !== null) process.stdout.write(`Report: ${html}\n`);
  return report.summary.exitCode;
}

/** The verdicts stand where no file can be written. */
function tryWriting(root: string, report: Report): string | null {
  try {
    return writeReport(root, report).html;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    process.stderr.write(`onpar: no report was written: ${error.message}; make ${join(root, '.onpar')} writable\n`);
    return null;
  }
}

/** Both files, and the job summary where GitHub asks for one. Paths relative to the current folder. */
export function writeReport(root: string, report: Report): { readonly html: string; readonly json: string } {
  const folder = join(root, '.onpar');
  mkdirSync(folder, { recursive: true });
  const html = join(folder, 'report.html');
  const json = join(folder, 'report.json');
  writeFileSync(json, toJson(report));
  writeFileSync(html, renderHtml(report, readAssets()));
  const summary = process.env['GITHUB_STEP_SUMMARY'];
  if (summary !== undefined && summary !== '') appendFileSync(summary, renderMarkdown(report));
  return { html: relative(process.cwd(), html), json: relative(process.cwd(), json) };
}

export const hasColor = (isTTY: boolean): boolean => {
  const { NO_COLOR, FORCE_COLOR } = process.env;
  if (NO_COLOR !== undefined && NO_COLOR !== '') return false;
  return isTTY || (FORCE_COLOR !== undefined && FORCE_COLOR !== '0');
};
