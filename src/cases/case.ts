/** A planned case: model x artifact x backend x batch x threads under one metric. Plain data; its id can be pasted back as an argument. */

/** What of a case is held against what: `than` is an artifact, or artifact/backend; absent where the case is held against itself. */
export interface Relation {
  readonly kind: 'size' | 'accuracy' | 'speed' | 'knee' | 'gain';
  readonly than?: string;
}

export interface Case {
  /** Metric id, such as parity or load. */
  readonly metric: string;
  readonly model: string;
  readonly artifact: string;
  /** Null where no backend is involved (size). */
  readonly backend: string | null;
  /** Null where the case covers all batch sizes of the card. */
  readonly batch: number | null;
  /** 0 is the runtime's default. */
  readonly threads: number;
  /** Images that accuracy looks at; null elsewhere. */
  readonly images: number | null;
  /** Of relations only. */
  readonly relation?: Relation;
}

/** The case without its model: artifact[/backend][/b<batch>/t<threads>][/n<images>][/<kind>[/than/<other>]]. */
export function caseKey({ artifact, backend, batch, threads, images, relation }: Case): string {
  const parts = [
    artifact,
    backend,
    batch === null ? null : `b${batch}/t${threads}`,
    images === null ? null : `n${images}`,
    relation?.kind ?? null,
    relation?.than === undefined ? null : `than/${relation.than}`,
  ];
  return parts.filter((part) => part !== null).join('/');
}

/** Names a case on the terminal, in reports, as the name of its test and as an argument. */
export const caseId = (subject: Case): string => `${subject.model}/${caseKey(subject)}`;

/** The same among all metrics. */
export const caseName = (subject: Case): string => `${subject.metric} ${caseId(subject)}`;
