/** One case on both sides: what of its cards must agree, and how far its answers may move. */
import type { Backend } from '../backends/backend.ts';
import type { Arm } from '../base/arms.ts';
import { anchoredTo, expectedOf } from '../broker/visit.ts';
import type { Expected } from '../broker/visit.ts';
import type { Case } from '../cases/case.ts';
import type { Reference } from '../models/reference.ts';
import type { Row } from './diff.generated.ts';
import type { Place } from './places.ts';

export interface Both {
  readonly place: Place;
  readonly backend: Backend;
  readonly base: Arm;
  readonly ours: Arm;
}

export const blank = ({ id, subject }: Place): Row => ({
  case: id,
  model: subject.model,
  artifact: subject.artifact,
  backend: subject.backend ?? '',
  differs: [],
  remark: null,
  parity: null,
  accuracy: null,
  size: null,
  latency: null,
});

/** Neither better nor worse: somebody added or removed it on purpose. */
export const oneSided = (place: Place, isGone: boolean, base: string): Row => ({
  ...blank(place),
  differs: ['the artifact'],
  remark: { move: 'none', sentence: isGone ? `gone: only ${base} has it` : `new: ${base} has no such case` },
});

/** What of a card decides how the artifact is fed and its outputs are read. */
export const feeding = ({ model: { card }, artifact }: Arm, { backend }: Case): string =>
  JSON.stringify([backend, card.inputs, card.outputs, artifact.names ?? null, artifact.layout ?? null]);

export const inputsOf = ({ model: { card } }: Arm): string =>
  JSON.stringify(
    card.inputs.map(({ name, dtype, dims, preprocess }) => [name, preprocess === undefined ? dtype : 'raw', dims]),
  );

/** Float artifacts as the card says; of quantized ones integer sums agree, but for values on a rounding edge. */
export function toleranceOf({ place: { subject }, ours }: Both, reference: Reference | null): Expected['tolerance'] {
  const { card } = ours.model;
  const part = reference ?? { source: '', rows: 0, inputs: {}, outputs: {} };
  const nan = card.tolerances?.[subject.artifact]?.nan;
  return ours.artifact.precision === 'int8'
    ? anchoredTo('', part, nan).tolerance
    : expectedOf(card, subject.artifact, ours.artifact, part).tolerance;
}
