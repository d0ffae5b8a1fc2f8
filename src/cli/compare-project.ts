/** `onpar compare` inside a project, which is also `npm start`: every model on every backend here, as a table, a picture and data. */
import type { Case } from '../cases/case.ts';
import { depthOf } from '../cases/plan.ts';
import { caseName } from '../cases/case.ts';
import { backendOf, isMeant, modelOf, namedBy, needRoot } from '../cases/project.ts';
import type { Project } from '../cases/project.ts';
import type { Metric } from '../metrics/metric.ts';
import { BadInput } from '../schema/bad-input.ts';
import type { Source } from '../metrics/sources.ts';
import { batchesFor } from '../broker/answers.ts';
import { judgeAnswer } from '../run/answer.ts';
import { finishRun } from '../run/finish.ts';
import { chainsOf, Lanes } from '../run/chains.ts';
import { Run } from '../run/run.ts';
import { Verdicts } from '../run/verdicts.ts';
import type { CompareOptions } from './compare-options.ts';
import { chosenBackends, commandLine, unknown, wholeNumber } from './options.ts';
import { Progress } from './progress.ts';

/** A picture, not a gate: fewer processes and a shorter look than a commit's run takes. */
const effort = { processes: 3, budget: 0.05, patience: 1 };

export async function compareProject(words: readonly string[], options: CompareOptions): Promise<void> {
  const startedAt = new Date();
  const root = needRoot(process.cwd());
  const threads = wholeNumber('--threads', options.threads, 0);
  const run = await Run.start(root, {
    env: process.env,
    broker: effort,
    narrow: (project) => narrowed(project, words, options),
  });
  const verdicts = new Verdicts(run, 'some');
  const progress = new Progress(process.stderr);
  try {
    await measureAll(run, verdicts, { threads, progress, hasOwnBatches: options.batch !== undefined });
    progress.clear();
    process.exitCode = await finishRun(run, verdicts, {
      problems: verdicts.openedNothing()
        ? ['no model was opened: no backend that is here takes any of these files']
        : [],
      command: commandOf(words, options),
      startedAt,
      threads,
      json: options.json ?? false,
    });
  } finally {
    progress.clear();
    await run.close();
  }
}

/** As it can be pasted back. */
const commandOf = (words: readonly string[], { backend, threads, batch, json }: CompareOptions): string =>
  commandLine(
    ['compare', ...words],
    [
      ['--backend', backend?.join()],
      ['--threads', threads !== '1' && threads],
      ['--batch', batch?.join()],
      ['--json', json],
    ],
  );

/** Only the models and artifacts that every word occurs in, only the backends that were named, only the batch sizes asked for. */
export function narrowed(
  project: Project,
  words: readonly string[],
  { backend = [], batch }: Pick<CompareOptions, 'backend' | 'batch'>,
): Project {
  const backends = chosenBackends(project.backends, backend.length > 0 ? backend : pastedBackends(project, words));
  const depth = depthOf(process.env);
  if (backends.every(({ limits }) => limits.images[depth] === 0))
    throw new BadInput({
      what: `${backends.map(({ id }) => id).join(', ')}: too slow for anything but the full suite`,
      where: '--backend',
      fix: 'ask for it: ONPAR_FULL=1 npx onpar compare --backend …',
    });
  const batches = batch?.map((size) => wholeNumber('--batch', size, 1));
  const leftOut = project.backends.filter((each) => !backends.includes(each));
  const models = namedBy(project, words).models.flatMap(({ card, folder }) => {
    const artifacts = Object.entries(card.artifacts).filter(([id]) =>
      words.every((word) => isMeant(`${card.id}/${id}`, word)),
    );
    if (artifacts.length === 0) return [];
    // A backend that is left out here is no unknown one.
    const gated = (card.latency?.gated ?? []).filter(
      (key) => artifacts.some(([id]) => key.startsWith(`${id}/`)) && !leftOut.some(({ id }) => key.endsWith(`/${id}`)),
    );
    return [
      {
        folder,
        whole: card,
        card: {
          ...card,
          artifacts: Object.fromEntries(artifacts),
          latency: { gated },
          ...(batches && { batches: batches as [number, ...number[]] }),
        },
      },
    ];
  });
  const known = project.models.map(({ card }) => card.id);
  if (models.length === 0) unknown('model', words.join(' '), known);
  return { ...project, models, backends };
}

/** Those of the names of cases, such as tiny-text/float32/ort-node/cpu/b1/t1. */
function pastedBackends({ models, backends }: Project, words: readonly string[]): string[] {
  const paths = models.flatMap(({ card }) => Object.keys(card.artifacts).map((id) => `${card.id}/${id}/`));
  const places = words.flatMap((word) => {
    const path = paths.find((each) => word.startsWith(each));
    // Of a relation between two files, which no backend has a part in.
    return path === undefined || word.startsWith(`${path}size/`) ? [] : [word.slice(path.length)];
  });
  const known = backends.map(({ id }) => id);
  return places.map(
    (place) => known.find((id) => `${place}/`.startsWith(`${id}/`)) ?? unknown('backend', place, known),
  );
}

/** What each commit's run asks for, by source: a new metric is shown without a line here. */
const besideLatency = ['files', 'answers', 'accuracy'] as const;

const metricsOf = ({ metrics }: Run, source: Source): readonly Metric[] =>
  [...metrics.values()].filter((metric) => metric.source === source);

interface Measuring {
  readonly threads: number;
  readonly progress: Progress;
  /** Other batch sizes than the card's: the committed memory is of those. */
  readonly hasOwnBatches: boolean;
}

async function measureAll(
  run: Run,
  verdicts: Verdicts,
  { threads, progress, hasOwnBatches }: Measuring,
): Promise<void> {
  const metrics = besideLatency
    .flatMap((source) => metricsOf(run, source))
    .filter(({ scope }) => !(hasOwnBatches && scope === 'machine'));
  const chains = chainsOf(metrics.flatMap(({ id }) => run.tryPlan(id)));
  const places = chains.flatMap((chain) => chain.find(({ backend }) => backend !== null) ?? []);
  progress.start(chains.flat().length + places.length);
  const lanes = new Lanes();
  const judge = async (subject: Case): Promise<void> => {
    await judgeOne(run, verdicts, subject);
    progress.step(caseName(subject));
  };
  await Promise.all(chains.map((chain) => lanes.take(chain, judge)));
  for (const { model, artifact, backend } of places) {
    const timed: Case = { metric: 'latency', model, artifact, backend, batch: null, threads, images: null };
    progress.show(caseName(timed));
    await measureLatency(run, verdicts, timed);
    progress.step(caseName(timed));
  }
}

async function judgeOne(run: Run, verdicts: Verdicts, subject: Case): Promise<void> {
  const answer = await run.measure(subject);
  verdicts.add(
    subject,
    judgeAnswer(run.metric(subject.metric), answer),
    answer.measured.ok ? answer.measured.value : null,
  );
}

/** All batch sizes in the same processes; those that the cards gate are judged too. */
async function measureLatency(run: Run, verdicts: Verdicts, asked: Case): Promise<void> {
  const { card } = modelOf(run.project, asked.model);
  const backend = backendOf(run.project, asked.backend ?? '');
  const timed = { ...asked, threads: backend.takesThreads ? asked.threads : 1 };
  const batches = batchesFor(card, backend);
  await run.broker.latency(timed, batches);
  const gated = metricsOf(run, 'latency').flatMap(({ id }) => run.tryPlan(id));
  for (const subject of gated.filter((each) => placeOf(each) === placeOf(timed)))
    await judgeOne(run, verdicts, subject);
  // Advisory: what the runtime does where nobody asks for a number of threads. One process, full precision alone: a picture.
  const isMain = card.artifacts[timed.artifact]?.precision !== 'int8';
  if (backend.takesThreads && isMain && timed.threads !== 0)
    await run.broker.latency({ ...timed, threads: 0 }, batches.slice(0, 1), 1);
}

const placeOf = ({ model, artifact, backend, threads }: Case): string => [model, artifact, backend, threads].join(' ');
