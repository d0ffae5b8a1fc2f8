/** Files of a sweep: a worker opens each once to learn its signature, then rows are drawn for the largest size. */
import { listBackends } from '../backends/registry.ts';
import type { Backend } from '../backends/backend.ts';
import { hostAt, idleBackends } from '../backends/runtimes/host.ts';
import { inspectModelFile } from '../models/artifact.ts';
import { BadInput } from '../schema/bad-input.ts';
import { fixedBatch, subjectsOfFile } from '../sweep/subject.ts';
import type { SweepSubject } from '../sweep/subject.ts';
import { tensorBytes } from '../tensor/tensor.ts';
import type { TensorMap } from '../tensor/tensor.ts';
import { maxPayloadBytes } from '../workers/protocol.ts';
import type { Replies } from '../workers/protocol.ts';
import type { Worker } from '../workers/worker.ts';
import { WorkerFailure } from '../workers/worker.ts';
import type { CompareOptions } from './compare-options.ts';
import { feedsFor } from './feeds.ts';
import { chosenBackends, needAllUsed } from './options.ts';
import { defaultBackendOf } from './sides.ts';

type Start = (subject: Pick<SweepSubject, 'backend'>) => Worker;

export async function openFiles(
  files: readonly string[],
  sizes: readonly number[],
  options: CompareOptions,
  start: Start,
): Promise<readonly SweepSubject[]> {
  const all = await listBackends();
  const idle = idleBackends(options.backend === undefined ? all : [], hostAt(process.cwd()));
  const chosen = chosenBackends(all, options.backend ?? []).filter(({ id }) => !idle.has(id));
  const subjects: SweepSubject[] = [];
  for (const file of files) {
    const { path, format } = await inspectModelFile(file);
    const able = chosen.filter(({ formats }) => formats.includes(format));
    if (able.length === 0)
      throw new BadInput({
        what: `no backend that was named opens ${format} files`,
        where: file,
        fix: 'name one of that format: onpar doctor lists them',
      });
    // What builds an engine must know shapes before it opens anything.
    const ready = able.filter(({ builds }) => !builds);
    const session = await signatureOf(file, path, ready.length > 0 ? ready : [await defaultBackendOf(file)], start);
    const drawn = await drawnFor(session, sizes, options);
    const precision = options.quantized ? 'int8' : 'float32';
    subjects.push(...subjectsOfFile({ file, path, format, session, precision, ...drawn }, able));
  }
  needAllUsed(
    options.backend,
    subjects.map(({ backend }) => backend.id),
  );
  return subjects;
}

/** Of the first backend that opens it. */
async function signatureOf(
  file: string,
  path: string,
  backends: readonly Backend[],
  start: Start,
): Promise<Replies['open']> {
  const reasons: string[] = [];
  for (const backend of backends) {
    const worker = start({ backend });
    try {
      return await worker.open(path);
    } catch (error) {
      if (!(error instanceof WorkerFailure)) throw error;
      reasons.push(`${backend.id}: ${error.message.split('\n')[0] ?? ''}`);
    } finally {
      await worker.close();
    }
  }
  throw new BadInput({ what: `no backend opens it: ${reasons.join('; ')}`, where: file, fix: 'onpar doctor' });
}

/** Rows for the largest size, of which the others take the first; of a fixed axis as many as it has. */
async function drawnFor(
  { inputs }: Replies['open'],
  sizes: readonly number[],
  options: CompareOptions,
): Promise<Pick<Parameters<typeof subjectsOfFile>[0], 'drawn' | 'rows'>> {
  const { batch: _, ...rest } = options;
  const fixed = fixedBatch(inputs);
  const draw = async (batch: number | null): Promise<TensorMap> => {
    const [feeding] = await feedsFor(inputs, batch === null ? rest : { ...rest, batch: [`${batch}`] });
    return feeding?.feeds ?? {};
  };
  if (fixed !== null) return { drawn: await draw(null), rows: fixed };
  const single = Object.values(await draw(1)).reduce((sum, each) => sum + tensorBytes(each).byteLength, 0);
  // What no call carries need not be drawn.
  const rows = sizes.findLast((size) => size * single <= maxPayloadBytes) ?? 1;
  return { drawn: await draw(rows), rows };
}
