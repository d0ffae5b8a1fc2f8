/** `onpar compare <model> --batch 1..256`: latency, throughput and peak memory against batch size, of files or of a project's models. */
import { availableParallelism } from 'node:os';
import { readMachine } from '../baselines/read-machine.ts';
import { Materials } from '../broker/materials.ts';
import { attempt } from '../broker/measurement.ts';
import { needRoot, readProject } from '../cases/project.ts';
import { readAssets } from '../report/assets.ts';
import { writePage } from '../report/page-file.ts';
import { hasColor } from '../run/finish.ts';
import { BadInput } from '../schema/bad-input.ts';
import { deathOf } from '../sweep/death.ts';
import { sweepHtml } from '../sweep/html.ts';
import { renderSweep } from '../sweep/render.ts';
import { sizesOf } from '../sweep/sizes.ts';
import type { SweepSubject } from '../sweep/subject.ts';
import type { Point, Series, Sweep } from '../sweep/sweep.generated.ts';
import { lostSeries, takeSweep } from '../sweep/take.ts';
import { version } from '../version.ts';
import { readDeadline } from '../workers/deadline.ts';
import { coreFor } from '../workers/launch.ts';
import { limiterFor } from '../workers/limit.ts';
import { Worker } from '../workers/worker.ts';
import { looksLikeFile } from './compare.ts';
import type { CompareOptions } from './compare-options.ts';
import { narrowed } from './compare-project.ts';
import { byteCount, commandLine, needAllUsed, wholeNumber } from './options.ts';
import { Progress } from './progress.ts';
import { openFiles } from './sweep-files.ts';

export async function sweep(targets: readonly string[], options: CompareOptions): Promise<void> {
  const files = targets.filter(looksLikeFile);
  refuseOthers(options);
  const begin = performance.now();
  const sizes = sizesOf(options.batch ?? []);
  const threads = wholeNumber('--threads', options.threads, 0);
  const limit = limitOf(options);
  const root = files.length > 0 ? process.cwd() : needRoot(process.cwd());
  const core = coreFor(threads);
  const setting = { root, threads, core, deadline: readDeadline(process.env) };
  const start = ({ backend }: Pick<SweepSubject, 'backend'>, wrapper: readonly string[] = []): Worker =>
    new Worker(backend, { ...setting, wrapper });
  const { subjects, lost } =
    files.length > 0
      ? { subjects: await openFiles(files, sizes, options, start), lost: [] }
      : await subjectsOf(root, targets, sizes, options);
  const progress = new Progress(process.stderr);
  progress.start(subjects.length * sizes.length);
  const swept = await takeSweep(subjects, {
    root,
    sizes,
    start,
    changing: options.changing ?? false,
    limit: limit?.bytes ?? null,
    tell: (label) => progress.step(label),
  });
  progress.clear();
  const taken = [...swept, ...lost];
  const document: Sweep = {
    schemaVersion: 1,
    onpar: version(),
    command: commandOf(targets, options),
    seconds: (performance.now() - begin) / 1e3,
    machine: { cpu: readMachine().facts.cpu, cores: availableParallelism(), pinned: core !== null },
    threads,
    sizes: [...sizes],
    limit,
    series: taken,
    summary: summarize(taken),
  };
  const page = writePage(root, 'sweep.html', sweepHtml(document, readAssets()));
  process.stdout.write(textOf(document, page, options));
  process.exitCode = document.summary.exitCode;
}

function textOf(document: Sweep, page: string | null, { json = false }: CompareOptions): string {
  if (json) return `${JSON.stringify(document, null, 2)}\n`;
  // Undefined where stdout is no terminal, whatever the types say.
  const { columns: width = 120, isTTY } = process.stdout as { columns?: number; isTTY: boolean };
  return `\n${renderSweep(document, { color: hasColor(isTTY), width })}${page === null ? '' : `Chart: ${page}\n`}`;
}

/** `lost`: artifacts that are not what their card says, or have nothing to be fed with. */
async function subjectsOf(
  root: string,
  words: readonly string[],
  sizes: readonly number[],
  options: CompareOptions,
): Promise<{ readonly subjects: readonly SweepSubject[]; readonly lost: readonly Series[] }> {
  const { batch: _, ...rest } = options;
  const project = narrowed(await readProject(root, process.env), words, rest);
  const materials = new Materials(project);
  const [subjects, lost]: [SweepSubject[], Series[]] = [[], []];
  for (const model of project.models) {
    for (const [artifactId, artifact] of Object.entries(model.card.artifacts)) {
      const able = project.backends.filter(
        ({ id, formats }) =>
          formats.includes(artifact.format) && (options.backend !== undefined || !project.idle?.has(id)),
      );
      if (able.length === 0) continue;
      const name = `${model.card.id}/${artifactId}`;
      const ready = await attempt(async () => ({
        path: await materials.path(model, artifact, artifactId),
        reference: await materials.reference(model),
      }));
      if (ready.ok)
        subjects.push(...able.map((backend) => ({ name, ...ready.value, model, artifact, artifactId, backend })));
      else lost.push(...able.map(({ id }) => lostSeries(name, id, sizes, deathOf(ready.failure, null))));
    }
  }
  needAllUsed(options.backend, [...subjects.map(({ backend }) => backend.id), ...lost.map(({ backend }) => backend)]);
  if (subjects.length + lost.length > 0) return { subjects, lost };
  throw new BadInput({
    what: 'no backend that is here opens any of these artifacts',
    where: 'command line',
    fix: 'name others: onpar doctor lists them',
  });
}

function limitOf({ memoryLimit }: CompareOptions): Sweep['limit'] {
  if (memoryLimit === undefined) return null;
  const bytes = byteCount('--memory-limit', memoryLimit);
  const by = limiterFor(bytes);
  if (by !== null) return { bytes, by };
  throw new BadInput({
    what: `cannot be held on ${process.platform}: only Linux tells the memory of another process`,
    where: '--memory-limit',
    fix: 'leave it out: peak memory is still shown',
  });
}

function refuseOthers({ inputs, only }: CompareOptions): void {
  const given = inputs === undefined ? (only === undefined ? null : '--only') : '--inputs';
  if (given === null) return;
  throw new BadInput({
    what: `${given} is for one batch size, and this is a sweep`,
    where: 'command line',
    fix: `leave ${given} out, or name single sizes: --batch 1,8`,
  });
}

/** Red is what is wrong at any size; a sweep without any number has proved nothing. */
export function summarize(series: readonly Series[]): Sweep['summary'] {
  const points = series.flatMap((one) => one.points);
  const has = (outcomes: readonly Point['outcome'][]): number =>
    points.filter(({ outcome }) => outcomes.includes(outcome)).length;
  const measured = has(['measured']);
  const lost = has(['out-of-memory', 'fixed-axis', 'skipped']);
  const red = points.length - measured - lost;
  return { measured, lost, red, exitCode: red > 0 || measured === 0 ? 1 : 0 };
}

function commandOf(targets: readonly string[], options: CompareOptions): string {
  const { backend, batch, threads, seed, dim = [], range = [], memoryLimit, changing, quantized } = options;
  return commandLine(
    ['compare', ...targets],
    [
      ['--backend', backend?.join()],
      ['--batch', batch?.join()],
      ['--threads', threads !== '1' && threads],
      ['--seed', seed !== '7' && seed],
      ...dim.map((each) => ['--dim', each] as const),
      ...range.map((each) => ['--range', each] as const),
      ['--memory-limit', memoryLimit],
      ['--quantized', quantized],
      ['--changing', changing],
    ],
  );
}
