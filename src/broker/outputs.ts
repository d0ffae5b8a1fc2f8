/** Refuses outputs whose rows are not those of the feeds: what a model does wrong must not end as a fault of ours, or on another row's label. */
import { elementCount } from '../tensor/tensor.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { WorkerFailure } from '../workers/worker.ts';

/** One row an example, laid out as in `first`, the output of an earlier call. A scalar is one row. */
export function checkedRows(name: string, output: Tensor | undefined, rows: number, first: Tensor | undefined): Tensor {
  const asked = `for ${rows} ${rows === 1 ? 'row' : 'rows'}`;
  if (output === undefined) return refuse(name, `missing ${asked}`);
  if ((output.dims[0] ?? 1) !== rows)
    return refuse(name, `${shapeOf(output)} ${asked}: its first axis is not the batch`);
  if (first !== undefined && !(first.dtype === output.dtype && rowShape(first) === rowShape(output)))
    return refuse(name, `${shapeOf(output)} after ${shapeOf(first)}: its rows cannot be joined`);
  return output;
}

/** Each image's classes along the last axis, those of the reference where there is one. */
export function checkedLogits(name: string, logits: Tensor, images: number, reference: Tensor | null): Tensor {
  if (elementCount(logits.dims.slice(0, -1)) !== images || logits.data.length === 0)
    return refuse(name, `${shapeOf(logits)} for ${images} images: it has no classes for each`);
  if (reference !== null && rowShape(reference) !== rowShape(logits))
    return refuse(name, `${shapeOf(logits)}, of the reference ${shapeOf(reference)}`);
  return logits;
}

const shapeOf = ({ dtype, dims }: Tensor): string => `${dtype} [${dims.join(', ')}]`;
const rowShape = ({ dims }: Tensor): string => dims.slice(1).join();

function refuse(name: string, finding: string): never {
  throw new WorkerFailure('refused', `output ${name} is ${finding}`);
}
