/** A planned case: model x artifact x backend x batch x threads under one metric. Plain data; its id can be pasted back as an argument. */

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
}

/** The case without its model: artifact[/backend][/b<batch>/t<threads>][/n<images>]. */
export function caseKey({ artifact, backend, batch, threads, images }: Case): string {
  const parts = [
    artifact,
    backend,
    batch === null ? null : `b${batch}/t${threads}`,
    images === null ? null : `n${images}`,
  ];
  return parts.filter((part) => part !== null).join('/');
}

/** Names a case on the terminal, in reports, as the name of its test and as an argument. */
export const caseId = (subject: Case): string => `${subject.model}/${caseKey(subject)}`;
