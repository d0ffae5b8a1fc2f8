/** `onpar compare` inside a project, which is also `npm start`: every model on every backend here, as a table, a picture and data. */
import type { Case } from '../cases/case.ts';
import { caseId } from '../cases/case.ts';
import { findRoot } from '../cases/project.ts';
import type { Project } from '../cases/project.ts';
import { batchesFor } from '../broker/visit.ts';
import { judgeAnswer } from '../run/answer.ts';
import { finishRun } from '../run/finish.ts';
import { chainsOf } from '../run/chains.ts';
import { Run } from '../run/run.ts';
import { Verdicts } from '../run/verdicts.ts';
import { BadInput } from '../schema/bad-input.ts';
import type { CompareOptions } from './compare-options.ts';
import { chosenBackends, unknown, wholeNumber } from './options.ts';
import { Progress } from './progress.ts';

/** A picture, not a gate: fewer processes and a shorter look than a commit's run takes. */
const effort = { processes: 3, budget: 0.1, patience: 2 };

export async function compareProject(words: readonly string[], options: CompareOptions): Promise<void> {
  const startedAt = new Date();
  const root = findRoot(process.cwd());
  if (root === null)
    throw new BadInput({
      what: 'no model files given, and no fixtures/models here or above',
      where: process.cwd(),
      fix: 'onpar compare a.onnx b.onnx, or run it in a project with model cards',
    });
  const run = await Run.start(root, {
    env: process.env,
    broker: effort,
    narrow: (project) => narrowed(project, words, options),
  });
  const verdicts = new Verdicts(run, 'some');
  const progress = new Progress(process.stderr);
  try {
    await measureAll(run, verdicts, options, progress);
    progress.clear();
    const command = ['onpar compare', ...words].join(' ');
    process.exitCode = await finishRun(run, verdicts, {
      problems: [],
      command,
      startedAt,
      json: options.json ?? false,
    });
  } finally {
    progress.clear();
    await run.close();
  }
}

/** Only the models and artifacts that every word occurs in, only the backends that were named, only the batch sizes asked for. */
function narrowed(project: Project, words: readonly string[], { backend = [], batch }: CompareOptions): Project {
  const backends = chosenBackends(project.backends, backend);
  const batches = batch?.map((size) => wholeNumber('--batch', size, 1));
  const leftOut = project.backends.filter((each) => !backends.includes(each));
  const models = project.models.flatMap(({ card, folder }) => {
    const artifacts = Object.entries(card.artifacts).filter(([id]) =>
      words.every((word) => `${card.id}/${id}`.includes(word)),
    );
    if (artifacts.length === 0) return [];
    // A backend that is left out here is no unknown one.
    const gated = (card.latency?.gated ?? []).filter(
      (key) => artifacts.some(([id]) => key.startsWith(`${id}/`)) && !leftOut.some(({ id }) => key.endsWith(`/${id}`)),
    );
    return [
      {
        folder,
        card: {
          ...card,
          artifacts: Object.fromEntries(artifacts),
          latency: { gated },
          ...(batches && { batches: batches as [number, ...number[]] }),
        },
      },
    ];
  });
  if (models.length === 0)
    unknown(
      'model',
      words.join(' '),
      project.models.map(({ card }) => card.id),
    );
  return { ...project, models, backends };
}

async function measureAll(
  run: Run,
  verdicts: Verdicts,
  { threads }: CompareOptions,
  progress: Progress,
): Promise<void> {
  const chains = chainsOf(['size', 'parity', 'memory', 'accuracy'].flatMap((metric) => run.tryPlan(metric)));
  const asked = wholeNumber('--threads', threads, 0);
  const visits = run.tryPlan('parity').map((subject) => ({ ...subject, metric: 'latency', threads: asked }));
  progress.start(chains.flat().length + visits.length);
  // Side by side; the broker keeps as many workers busy as there are cores.
  await Promise.all(
    chains.map(async (chain) => {
      for (const subject of chain) await judgeOne(run, verdicts, subject, progress);
    }),
  );
  for (const subject of visits) await measureLatency(run, verdicts, subject, progress);
}

async function judgeOne(run: Run, verdicts: Verdicts, subject: Case, progress: Progress): Promise<void> {
  const answer = await run.measure(subject);
  verdicts.add(
    subject,
    judgeAnswer(run.metric(subject.metric), answer),
    answer.measured.ok ? answer.measured.value : null,
  );
  progress.step(`${subject.metric} ${caseId(subject)}`);
}

/** All batch sizes in the same processes; those that the cards gate are judged too. */
async function measureLatency(run: Run, verdicts: Verdicts, visit: Case, progress: Progress): Promise<void> {
  progress.show(`latency ${caseId(visit)}`);
  const model = run.project.models.find(({ card }) => card.id === visit.model);
  const backend = run.project.backends.find(({ id }) => id === visit.backend);
  if (model === undefined || backend === undefined) return;
  await run.broker.latency(visit, batchesFor(model.card, backend));
  for (const metric of ['latency', 'load', 'first']) {
    const gated = run
      .tryPlan(metric)
      .filter(
        (subject) =>
          subject.model === visit.model &&
          subject.artifact === visit.artifact &&
          subject.backend === visit.backend &&
          subject.threads === visit.threads,
      );
    for (const subject of gated) {
      const answer = await run.measure(subject);
      verdicts.add(subject, judgeAnswer(run.metric(metric), answer), answer.measured.ok ? answer.measured.value : null);
    }
  }
  progress.step(`latency ${caseId(visit)}`);
}
