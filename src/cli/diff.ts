/**
 * `onpar diff`: what moved between a base and the new side, in four columns. Takes both, prints, leaves the same as one HTML file, and
 * says by the exit code whether anything moved for the worse.
 */
import type { Backend } from '../backends/backend.ts';
import { readMachine } from '../baselines/read-machine.ts';
import { depthOf } from '../cases/plan.ts';
import { backendOf, needRoot } from '../cases/project.ts';
import type { Column, Diff } from '../diff/diff.generated.ts';
import { worstOf } from '../diff/cells.ts';
import { diffHtml } from '../diff/html.ts';
import { installedOf } from '../diff/installed.ts';
import { columns, summaryOf } from '../diff/moves.ts';
import { placesOf } from '../diff/places.ts';
import { diffMarkdown, renderDiff } from '../diff/render.ts';
import { prepareSides } from '../diff/sides.ts';
import type { DiffSide, Sides } from '../diff/sides.ts';
import { takeDiff } from '../diff/take.ts';
import { pairedSettings } from '../judge/settings.ts';
import { loadMetrics } from '../metrics/registry.ts';
import { readAssets } from '../report/assets.ts';
import { writePage } from '../report/page-file.ts';
import { hasColor } from '../run/finish.ts';
import { version } from '../version.ts';
import { looksLikeFile } from './compare.ts';
import type { FileSides } from './diff-files.ts';
import { refuse, refuseThreads, takes, threadsOf } from './diff-options.ts';
import type { DiffOptions } from './diff-options.ts';
import { chosenBackends, commandLine, refuseForFiles, unknown } from './options.ts';
import { Progress } from './progress.ts';

export async function diff(words: readonly string[], options: DiffOptions): Promise<void> {
  const asked = columnsFrom(options.only ?? []);
  const progress = new Progress(process.stderr);
  try {
    const base = await sidesFor(words, options);
    // Whatever is wrong with the anchor is said before minutes are spent on the base.
    const anchor = await anchorFor(words, options, base);
    const command = commandOf(words, options);
    const found = await diffOf(base, { columns: asked, command, progress, ending: '' });
    if (anchor !== null) {
      found.anchor = await diffOf(anchor, { columns: asked, command, progress, ending: ' anchor' });
    }
    const page = writePage(base.sides.ours.root, 'diff.html', diffHtml(found, readAssets()));
    process.stdout.write(textOf(found, page, options));
    process.exitCode = worstOf(found).summary.exitCode;
  } finally {
    progress.clear();
  }
}

interface Asked {
  readonly columns: readonly Column[];
  readonly command: string;
  readonly progress: Progress;
  readonly ending: string;
}

async function diffOf({ sides, places }: FileSides, { command, ...asked }: Asked): Promise<Diff> {
  const started = Date.now();
  const { root, project } = sides.ours;
  const { fingerprint } = readMachine();
  const cases = [...(await takeDiff(sides, { places, env: process.env, fingerprint, ...asked }))];
  asked.progress.clear();
  const used = [...new Set(cases.map(({ backend }) => backend))].map((id) => backendOf(project, id));
  const { margin, budget } = pairedSettings;
  return {
    schemaVersion: 1,
    onpar: version(),
    command,
    base: sides.base.label,
    new: sides.ours.label,
    columns: [...asked.columns],
    seconds: (Date.now() - started) / 1e3,
    margins: { margin, budget },
    runtime: installedOf(sides.base.root, root, used),
    cases,
    summary: summaryOf(cases),
  };
}

/** Null where none is asked for, or it is the base. */
async function anchorFor(words: readonly string[], options: DiffOptions, base: FileSides): Promise<FileSides | null> {
  const { anchor } = options;
  if (anchor === undefined) return null;
  const found = await sidesFor(words, { ...options, base: anchor }, '--anchor');
  const isBase = found.sides.base.root === base.sides.base.root && found.sides.base.label === base.sides.base.label;
  if (isBase) tell(`the anchor is the base: ${found.sides.base.label}`);
  return isBase ? null : found;
}

async function sidesFor(words: readonly string[], options: DiffOptions, where = '--base'): Promise<FileSides> {
  const threads = threadsOf(options);
  const files = words.filter(looksLikeFile);
  if (files.length > 0) {
    const word = words.find((each) => !files.includes(each));
    if (word !== undefined)
      refuse(word, 'is no file, beside one that is', 'give files alone, or parts of case ids alone');
    return (await import('./diff-files.ts')).prepareFiles(files, options, threads, tell, where);
  }
  const { batch, inputs, dim, range, quantized } = options;
  refuseForFiles({ batch, inputs, dim, range, quantized }, 'onpar diff a.onnx b.onnx');
  const env = process.env;
  const sides = await prepareSides(needRoot(process.cwd()), { asked: options.base, where, ...threads, env, tell });
  const places = await placesFor(words, options, sides);
  if (sides.base.backend === null) return { sides, places };
  // The new side is then whatever runs there.
  const label = [...new Set(places.map(({ subject }) => subject.backend))].join(', ');
  return { sides: { ...sides, ours: { ...sides.ours, label } }, places };
}

async function placesFor(
  words: readonly string[],
  { backend: ids = [] }: DiffOptions,
  sides: Sides,
): Promise<FileSides['places']> {
  const { project } = sides.ours;
  const backends = ids.length > 0 ? namedBackends(ids, sides) : backendsFor(sides);
  const asked = { metrics: await loadMetrics(), depth: depthOf(process.env), words };
  const places = placesOf(sides, { ...asked, backends });
  if (places.length > 0) return places;
  if (words.length === 0) refuse('command line', 'no case runs on both sides', 'name other backends: onpar doctor');
  const named = words.join(' ');
  // Without the backends that were asked for there may be such a case.
  const { runtime } = sides.base;
  const fix =
    runtime === undefined
      ? 'its artifact wants other backends: onpar doctor'
      : `--base names ${runtime}: only what runs on it is compared`;
  if (placesOf(everywhere(sides), { ...asked, backends: project.backends }).length > 0)
    refuse('command line', `no '${named}' runs on both sides`, fix);
  return unknown(
    'case',
    named,
    project.models.map(({ card }) => card.id),
  );
}

const everywhere = ({ base, ours }: Sides): Sides => ({ base: { ...base, backend: null }, ours });

/** Unasked, a backend that takes no number of threads is left out where one is named; so is one that does not run on the package that differs. */
const backendsFor = ({ base, ours }: Sides): readonly Backend[] =>
  ours.project.backends.filter((backend) => takes(backend, base.threads, ours.threads) && runsOn(backend, base));

const runsOn = ({ packages }: Backend, { runtime }: DiffSide): boolean =>
  runtime === undefined || packages.includes(runtime);

function namedBackends(ids: readonly string[], sides: Sides): readonly Backend[] {
  const chosen = chosenBackends(sides.ours.project.backends, ids);
  if (chosen.every((each) => each === sides.base.backend))
    refuse('--base', `both sides run on ${sides.base.label}`, 'name another one with --backend');
  const { base, ours } = sides;
  const other = chosen.find((backend) => !runsOn(backend, base));
  if (other !== undefined)
    refuse('--backend', `${other.id} does not run on ${base.runtime}`, 'leave it out: nothing would differ');
  refuseThreads(base.backend === null ? chosen : [base.backend, ...chosen], {
    threads: ours.threads,
    baseThreads: base.threads,
  });
  return chosen;
}

const tell = (line: string): void => void process.stderr.write(`${line}\n`);

const columnsFrom = (words: readonly string[]): readonly Column[] =>
  words.length === 0
    ? columns
    : columns.filter((column) =>
        words.map((word) => columns.find((each) => each === word) ?? unknown('column', word, columns)).includes(column),
      );

/** The options that decide what is compared. */
function commandOf(words: readonly string[], options: DiffOptions): string {
  const {
    base,
    anchor,
    backend,
    threads,
    baseThreads,
    only,
    inputs,
    dim = [],
    range = [],
    batch,
    seed,
    quantized,
  } = options;
  return commandLine(
    ['diff', ...words],
    [
      ['--base', base],
      ['--anchor', anchor],
      ['--backend', backend?.join()],
      ['--threads', threads !== '1' && threads],
      ['--base-threads', baseThreads],
      ['--only', only?.join()],
      ['--inputs', inputs],
      ['--seed', seed !== '7' && seed],
      ['--batch', batch],
      ...dim.map((each) => ['--dim', each] as const),
      ...range.map((each) => ['--range', each] as const),
      ['--quantized', quantized],
    ],
  );
}

function textOf(found: Diff, page: string | null, { json = false, markdown = false }: DiffOptions): string {
  if (json) return `${JSON.stringify(found, null, 2)}\n`;
  if (markdown) return diffMarkdown(found);
  // Undefined where stdout is no terminal, whatever the types say.
  const { columns: width = 140, isTTY } = process.stdout as { columns?: number; isTTY: boolean };
  return `\n${renderDiff(found, { color: hasColor(isTTY), width })}${page === null ? '' : `Chart: ${page}\n`}`;
}
