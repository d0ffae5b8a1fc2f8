/** `onpar diff`: what moved between a base and the working tree, in four columns. Takes both sides, prints, and says by the exit code whether anything moved for the worse. */
import { readMachine } from '../baselines/read-machine.ts';
import { depthOf } from '../cases/plan.ts';
import { needRoot } from '../cases/project.ts';
import type { Column, Diff } from '../diff/diff.generated.ts';
import { columns, summaryOf } from '../diff/moves.ts';
import { placesOf } from '../diff/places.ts';
import { diffMarkdown, renderDiff } from '../diff/render.ts';
import { prepareSides } from '../diff/sides.ts';
import { takeDiff } from '../diff/take.ts';
import { loadMetrics } from '../metrics/registry.ts';
import { hasColor } from '../run/finish.ts';
import { version } from '../version.ts';
import { chosenBackends, unknown } from './options.ts';
import { Progress } from './progress.ts';

export interface DiffOptions {
  readonly base?: string;
  readonly backend?: readonly string[];
  readonly only?: readonly string[];
  readonly json?: boolean;
  readonly markdown?: boolean;
}

export async function diff(words: readonly string[], options: DiffOptions): Promise<void> {
  const started = Date.now();
  const asked = columnsFrom(options.only ?? []);
  const root = needRoot(process.cwd());
  const env = process.env;
  const progress = new Progress(process.stderr);
  try {
    const sides = await prepareSides(root, { asked: options.base, env, tell });
    const backends = chosenBackends(sides.ours.project.backends, options.backend ?? []);
    const places = placesOf(sides, { metrics: await loadMetrics(), depth: depthOf(env), backends, words });
    if (places.length === 0) {
      const ids = sides.ours.project.models.map(({ card }) => card.id);
      unknown('case', words.join(' '), ids);
    }
    const { fingerprint } = readMachine();
    const cases = [...(await takeDiff(sides, { places, columns: asked, env, fingerprint, progress }))];
    progress.clear();
    const found: Diff = {
      schemaVersion: 1,
      onpar: version(),
      command: commandOf(words, options),
      base: sides.base.label,
      new: sides.ours.label,
      columns: [...asked],
      seconds: (Date.now() - started) / 1e3,
      cases,
      summary: summaryOf(cases),
    };
    process.stdout.write(textOf(found, options));
    process.exitCode = found.summary.exitCode;
  } finally {
    progress.clear();
  }
}

const tell = (line: string): void => void process.stderr.write(`${line}\n`);

const columnsFrom = (words: readonly string[]): readonly Column[] =>
  words.length === 0
    ? columns
    : columns.filter((column) =>
        words.map((word) => columns.find((each) => each === word) ?? unknown('column', word, columns)).includes(column),
      );

const commandOf = (words: readonly string[], { base, backend, only }: DiffOptions): string =>
  [
    'onpar diff',
    ...words,
    ...(base === undefined ? [] : ['--base', base]),
    ...(backend === undefined ? [] : ['--backend', backend.join()]),
    ...(only === undefined ? [] : ['--only', only.join()]),
  ].join(' ');

function textOf(found: Diff, { json = false, markdown = false }: DiffOptions): string {
  if (json) return `${JSON.stringify(found, null, 2)}\n`;
  if (markdown) return diffMarkdown(found);
  // Undefined where stdout is no terminal, whatever the types say.
  const { columns: width = 140, isTTY } = process.stdout as { columns?: number; isTTY: boolean };
  return `\n${renderDiff(found, { color: hasColor(isTTY), width })}`;
}
