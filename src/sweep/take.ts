/** Takes a sweep: every subject at every size, alone on the machine, smallest first. What one point does costs no other. */
import { probe } from '../broker/availability.ts';
import type { Availability } from '../broker/availability.ts';
import { kneeOf } from '../stats/knee.ts';
import { maxPayloadBytes } from '../workers/protocol.ts';
import { differenceFrom, trustedOf } from './agreement.ts';
import type { Trusted } from './agreement.ts';
import { takeChanging } from './changing.ts';
import { endsSeries } from './death.ts';
import type { Death } from './death.ts';
import { emptyPoint, takePoint } from './point.ts';
import type { PointOptions, Taken } from './point.ts';
import { bytesAt } from './subject.ts';
import type { SweepSubject } from './subject.ts';
import type { Point, Series } from './sweep.generated.ts';

export interface SweepOptions extends PointOptions {
  readonly root: string;
  /** Ascending. */
  readonly sizes: readonly number[];
  readonly changing: boolean;
  readonly tell: (label: string) => void;
}

const blank = { version: null, reason: null, points: [], knee: null, changing: null };

/** Of an artifact that could not be made ready: every size says why. */
export const lostSeries = (subject: string, backend: string, sizes: readonly number[], death: Death): Series => ({
  ...blank,
  subject,
  backend,
  points: sizes.map((batch) => emptyPoint(batch, death.outcome, death.reason)),
});

export async function takeSweep(subjects: readonly SweepSubject[], options: SweepOptions): Promise<Series[]> {
  const found = new Map<string, Promise<Availability>>();
  const answers = new Map<string, Trusted>();
  const series: Series[] = [];
  for (const subject of subjects) {
    const { id } = subject.backend;
    const probed = found.get(id) ?? probe(subject.backend, options.root, () => options.start(subject, []));
    found.set(id, probed);
    const state = await probed;
    if (state.available) series.push(await takeSeries(subject, state.version, answers, options));
    else if (state.broken === null) series.push(absent(subject, state));
    else series.push(lostSeries(subject.name, id, options.sizes, { outcome: state.broken, reason: state.reason }));
  }
  return series;
}

const absent = ({ name, backend }: SweepSubject, { reason, bring }: { reason: string; bring: string }): Series => ({
  ...blank,
  subject: name,
  backend: backend.id,
  reason: `${reason}; ${bring}`,
});

async function takeSeries(
  subject: SweepSubject,
  version: string,
  answers: Map<string, Trusted>,
  { sizes, changing, tell, ...options }: SweepOptions,
): Promise<Series> {
  const { name, backend } = subject;
  const points: Point[] = [];
  let end: string | null = null;
  for (const batch of sizes) {
    tell(`${name} ${backend.id} batch ${batch}`);
    end ??= beyond(subject, batch);
    const taken: Taken =
      end === null
        ? await takePoint(subject, batch, options)
        : { point: emptyPoint(batch, 'skipped', end), outputs: null };
    end ??= endsSeries(taken.point, batch);
    points.push(judged(subject, taken, answers));
  }
  const measured = points.filter(({ outcome }) => outcome === 'measured');
  return {
    subject: name,
    backend: backend.id,
    version,
    reason: null,
    points,
    knee: kneeOf(measured.map(({ batch, throughput }) => ({ batch, throughput: throughput ?? 0 }))),
    changing: changing
      ? await takeChanging(
          subject,
          measured.map(({ batch }) => batch),
          options,
        )
      : null,
  };
}

/** Why a size is not for this backend, or for nobody; null where it is. */
function beyond(subject: SweepSubject, batch: number): string | null {
  const { maxBatch } = subject.backend.limits;
  if (batch > maxBatch) return `too slow for more than batch ${maxBatch}`;
  const bytes = bytesAt(subject, batch);
  return bytes > maxPayloadBytes ? `inputs of ${(bytes / 2 ** 30).toFixed(1)} GiB, and a call carries 4 GiB` : null;
}

/** A wrong answer is no point, however fast it comes: over the rows that both have, it must be that of the other sizes and backends. */
function judged(subject: SweepSubject, { point, outputs }: Taken, answers: Map<string, Trusted>): Point {
  if (outputs === null) return point;
  const { name, backend } = subject;
  const { batch } = point;
  const trusted = answers.get(name);
  const wrong = differenceFrom(subject, { batch, outputs }, trusted ?? trustedOf(subject, batch, outputs));
  if (wrong !== null) return { ...emptyPoint(batch, 'mismatch', wrong), peakBytes: point.peakBytes };
  if (trusted === undefined || batch > trusted.rows)
    answers.set(name, { from: `${backend.id} at batch ${batch}`, rows: batch, outputs });
  return point;
}
