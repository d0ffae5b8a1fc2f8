/** One case on both sides: what of its cards must agree, and how far its answers may move. */
import type { Arm } from '../base/arms.ts';
import type { Broker } from '../broker/broker.ts';
import type { Measured } from '../broker/measurement.ts';
import type { Seat } from '../broker/seats.ts';
import { anchorTolerance, referenceTolerance } from '../broker/answers.ts';
import type { Expected } from '../broker/answers.ts';
import type { Case } from '../cases/case.ts';
import { quantizedAgainstFloat } from '../compare/tolerance.ts';
import { threadsWord } from '../report/format.ts';
import type { Row } from './diff.generated.ts';
import type { failureMove } from './moves.ts';
import type { Place } from './places.ts';
import type { DiffSide } from './sides.ts';

export interface Both {
  readonly place: Place;
  readonly base: Seat;
  readonly ours: Seat;
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
  graph: null,
});

/** Neither better nor worse: somebody added or removed it on purpose. */
export const oneSided = (place: Place, isGone: boolean, base: string): Row => ({
  ...blank(place),
  differs: ['the artifact'],
  remark: { move: 'none', sentence: isGone ? `gone: only ${base} has it` : `new: ${base} has no such case` },
});

/** The base cannot run it as it was. */
export const withoutBase = (place: Place, base: string, why: string): Row => ({
  ...blank(place),
  remark: { move: 'none', sentence: `no base: ${why.includes(base) ? why : `${base}: ${why}`}` },
});

/** Where a side is run differently. */
export const placeChanges = (base: Seat, ours: Seat): readonly string[] => [
  ...(base.backend.id === ours.backend.id ? [] : [`${base.backend.id} -> ${ours.backend.id}`]),
  ...(base.threads === ours.threads ? [] : [`${threadsWord(base.threads)} -> ${threadsWord(ours.threads)}`]),
];

/** The case where this side runs it. */
export const caseOn = (subject: Case, { backend }: DiffSide): Case =>
  backend === null ? subject : { ...subject, backend: backend.id };

/** What of a card decides how the artifact is fed and its outputs are read. */
export const feeding = ({ model: { card }, artifact }: Arm, { backend }: Case): string =>
  JSON.stringify([backend, card.inputs, card.outputs, artifact.names ?? null, artifact.layout ?? null]);

/** Float artifacts as the card says; of quantized ones integer sums agree, but for values on a rounding edge. */
export function toleranceOf({ place: { subject }, base, ours }: Both): Expected['tolerance'] {
  const { card } = ours.model;
  const override = card.tolerances?.[subject.artifact];
  if (ours.artifact.precision !== 'int8') return referenceTolerance(card, subject.artifact, ours.artifact);
  if (base.artifact.precision === 'int8') return anchorTolerance(override);
  return () => ({ ...quantizedAgainstFloat, nan: override?.nan ?? quantizedAgainstFloat.nan });
}

/** A call needs inputs: drawn ones, or those of a reference. */
export const canFeed = ({ model: { card, drawn } }: Seat): boolean =>
  drawn !== undefined || card.reference !== undefined;

/** What both sides answered, or how the failure counts. */
export type OfBoth<T> =
  { readonly ok: true; readonly base: T; readonly ours: T } | ({ readonly ok: false } & ReturnType<typeof failureMove>);

export async function reasonOf(broker: Broker, { backend }: Seat): Promise<string | null> {
  const found = await broker.availability(backend);
  return found.available ? null : `not here: ${found.reason}`;
}

export const reasonIn = (measured: Measured<unknown>): string | null =>
  measured.ok ? null : `${measured.failure.kind}: ${measured.failure.reason}`;
