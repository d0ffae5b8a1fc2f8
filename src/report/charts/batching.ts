/** What does batching buy? */
import type { Markup } from '../markup.ts';
import type { ModelView, Row } from '../view.ts';
import { againstBatch } from './against-batch.ts';
import type { Point } from './against-batch.ts';

export const batching = (model: ModelView): Markup | null =>
  againstBatch(
    model.model.id,
    model.rows
      .filter((row) => row.threads === model.threads)
      .map((row) => ({ name: [row.backend, ...row.tags].join(' '), points: pointsOf(row), lost: [] })),
  );

/** Without memory: what parity had is of all its sizes. */
const pointsOf = (row: Row): Point[] =>
  row.cases.flatMap(({ batch, latency }) =>
    latency.steady === null || latency.steady <= 0 ? [] : [{ batch, seconds: latency.steady, bytes: null }],
  );
