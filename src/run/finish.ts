/** Ends a run: prints the answer, writes .onpar/report.json and report.html, and returns the exit code. */
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
  trySummary(report);
  if (!facts.json && html !== null) process.stdout.write(`Report: ${html}\n`);
  return report.summary.exitCode;
}

/** Both files; the path of the page relative to the current folder. The verdicts stand where none can be written. */
function tryWriting(root: string, report: Report): string | null {
  const folder = join(root, '.onpar');
  const html = join(folder, 'report.html');
  const page = renderHtml(report, readAssets());
  const isWritten = tried(`no report, and one that lies in ${folder} is older; make it writable`, () => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'report.json'), toJson(report));
    writeFileSync(html, page);
  });
  return isWritten ? relative(process.cwd(), html) : null;
}

/** Where GitHub asks for one. */
function trySummary(report: Report): void {
  const file = process.env['GITHUB_STEP_SUMMARY'];
  if (file !== undefined && file !== '') tried('no job summary', () => appendFileSync(file, renderMarkdown(report)));
}

function tried(lost: string, write: () => void): boolean {
  try {
    write();
    return true;
  } catch (error) {
    process.stderr.write(`onpar: ${lost}: ${(error as Error).message}\n`);
    return false;
  }
}

export const hasColor = (isTTY: boolean): boolean => {
  const { NO_COLOR, FORCE_COLOR } = process.env;
  if (NO_COLOR !== undefined && NO_COLOR !== '') return false;
  return isTTY || (FORCE_COLOR !== undefined && FORCE_COLOR !== '0');
};
