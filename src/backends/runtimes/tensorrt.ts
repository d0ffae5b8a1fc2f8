/**
 * TensorRT builds an engine for a range of shapes, its optimization profile. Without one a dynamic axis ends in "Not all shapes are
 * specified", or in an engine that is built anew at every other size, in the middle of a measurement.
 */
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zeros } from '../../tensor/tensor.ts';
import type { TensorMap } from '../../tensor/tensor.ts';
import type { Engine, Ranges, Runtime, Session, Signature } from '../backend.ts';
import { openOrtSession } from './onnxruntime.ts';
import type { Ort } from './onnxruntime.ts';

/** Dims of every input by name. */
export type Shapes = Readonly<Record<string, readonly number[]>>;

export interface Profile {
  readonly min: Shapes;
  readonly opt: Shapes;
  readonly max: Shapes;
}

/** Null where no axis is dynamic. Throws RangeError where one has no sizes, or sizes that are no range. */
export function profileOf(inputs: readonly Signature[], ranges: Ranges): Profile | null {
  if (inputs.every(({ dims }) => dims.every((axis) => typeof axis === 'number'))) return null;
  const shapes = (at: 0 | 1 | 2): Shapes =>
    Object.fromEntries(
      inputs.map((input) => [
        input.name,
        input.dims.map((axis, index) => (typeof axis === 'number' ? axis : rangeOf(input, index, ranges)[at])),
      ]),
    );
  return { min: shapes(0), opt: shapes(1), max: shapes(2) };
}

function rangeOf({ name, dims }: Signature, index: number, ranges: Ranges): readonly [number, number, number] {
  const axis = `axis ${index} of input ${name}${dims[index] === null ? '' : ` (${dims[index]})`}`;
  const sizes = ranges[name]?.[index];
  if (sizes === undefined)
    throw new RangeError(
      `${axis} is dynamic and has no optimization profile: write a model card, whose batches and reference give its sizes, or export it with a fixed size`,
    );
  const [min, opt, max] = sizes;
  if (min >= 1 && min <= opt && opt <= max) return sizes;
  throw new RangeError(`${axis} would have the sizes ${sizes.join(', ')}: not 1 <= min <= opt <= max`);
}

/**
 * The Node binding of onnxruntime hands no profile over (1.30: js/node/src/session_options_helper.cc takes the device alone), so the
 * range is made by calls: the provider widens its own to each shape that it meets, and one call at either end covers all between.
 */
export const openTensorrt =
  (ort: Ort, options: object): Runtime['open'] =>
  async (path, ranges = {}) => {
    const folder = await mkdtemp(join(tmpdir(), 'onpar-engine-'));
    try {
      const start = performance.now();
      const session = await openOrtSession(ort, path, { ...options, extra: contextIn(folder) });
      const profile = profileOf(session.inputs, ranges);
      if (profile !== null) for (const shapes of [profile.min, profile.max]) await callOnce(session, shapes);
      const engine: Engine = { seconds: (performance.now() - start) / 1e3, bytes: await bytesIn(folder) };
      return { ...session, engine };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  };

/** The provider writes what it has built beside a model that refers to it (onnxruntime_session_options_config_keys.h). */
const contextIn = (folder: string): object => ({
  ep: { context_enable: '1', context_file_path: join(folder, 'engine.onnx'), context_embed_mode: '0' },
});

async function callOnce(session: Session, shapes: Shapes): Promise<void> {
  const feeds: TensorMap = Object.fromEntries(
    session.inputs.map(({ name, dtype }) => [name, zeros(dtype, shapes[name] ?? [])]),
  );
  const binding = session.bind(feeds);
  await binding.call();
  binding.release();
}

/** Null where the provider wrote nothing. */
async function bytesIn(folder: string): Promise<number | null> {
  const sizes = await Promise.all((await readdir(folder)).map(async (name) => (await stat(join(folder, name))).size));
  return sizes.length === 0 ? null : sizes.reduce((sum, size) => sum + size, 0);
}
