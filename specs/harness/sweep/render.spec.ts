import { describe, expect, test } from 'vitest';
import { sweepHtml } from '../../../src/sweep/html.ts';
import { renderSweep } from '../../../src/sweep/render.ts';
import { emptyPoint } from '../../../src/sweep/point.ts';
import { kneeOf } from '../../../src/stats/knee.ts';
import type { Point, Series, Sweep } from '../../../src/sweep/sweep.generated.ts';

const point = (batch: number, seconds: number, mebibytes: number): Point => ({
  ...emptyPoint(batch, 'measured', ''),
  reason: null,
  steady: seconds,
  interval: { low: seconds * 0.9, high: seconds * 1.1, level: 0.75 },
  throughput: batch / seconds,
  first: seconds * 3,
  peakBytes: mebibytes * 2 ** 20,
  processes: 3,
});

const series = (backend: string, points: readonly Point[], more: Partial<Series> = {}): Series => ({
  subject: 'net/float32',
  backend,
  version: '1.30.0',
  reason: null,
  points: [...points],
  knee: kneeOf(points.flatMap(({ batch, throughput }) => (throughput === null ? [] : [{ batch, throughput }]))),
  changing: null,
  ...more,
});

const quick = series(
  'ort-node/cpu',
  [point(1, 1e-3, 80), point(2, 1.3e-3, 90), point(4, 2.1e-3, 100), point(8, 4.3e-3, 120)],
  {
    changing: [{ batch: 2, first: 4e-3, again: 1.1e-3, ratio: 1.25, interval: { low: 1.1, high: 1.4, level: 0.95 } }],
  },
);
const lost = series('ort-web/wasm', [
  point(1, 9e-3, 140),
  point(2, 17e-3, 200),
  emptyPoint(4, 'out-of-memory', 'needs more than the limit of 250 MiB: 251 MiB were resident'),
  emptyPoint(8, 'skipped', 'not tried: memory ran out at batch 4'),
]);
const gone = series('torch/eager', [], { version: null, reason: 'no Python; npx onpar provision torch' });

const sweep = (all: readonly Series[], red = 0): Sweep => ({
  schemaVersion: 1,
  onpar: '0.1.0',
  command: 'onpar compare net --batch 1..8',
  seconds: 12,
  machine: { cpu: 'A CPU', cores: 2, pinned: true },
  threads: 1,
  sizes: [1, 2, 4, 8],
  limit: { bytes: 250 * 2 ** 20, by: 'sampling' },
  series: [...all],
  summary: { measured: 6, lost: 2, red, exitCode: red > 0 ? 1 : 0 },
});

const text = renderSweep(sweep([quick, lost, gone]), { color: false, width: 120 });
const html = sweepHtml(sweep([quick, lost, gone]), { css: '', script: '' });

describe('on a terminal a sweep', () => {
  test('says under which conditions, every number at its size, and the knee where it is', () => {
    expect(text).toContain('1 thread, one core, fresh processes a point, at most 250 MiB resident by sampling');
    expect(text).toMatch(/\n +1 +1\.00 ±0\.10 +1\D000 +80\.0 /);
    expect(text).toMatch(/\n +4 knee +2\.10 /);
    expect(text).toContain('knee at batch 4: 100 % of the best 1\u202f905 inputs/s, 1.90x batch 1');
    expect(text).toContain('1.25x [1.10, 1.40]');
  });

  test('a size without a number says why in its place, and a backend without any size, too', () => {
    expect(text).toMatch(/\n +4 +! out of memory: needs more than the limit of 250 MiB: 251 MiB were resident\n/);
    expect(text).toMatch(/\n +8 +· skipped: not tried: memory ran out at batch 4\n/);
    expect(text).toContain('still gains at batch 2: 118 inputs/s');
    expect(text).toContain('· not here: no Python; npx onpar provision torch');
    expect(text).toContain('6 points measured · 2 without a number · 1 not here (torch/eager)');
  });

  test('tells that changing sizes could not be taken', () => {
    const none = renderSweep(sweep([{ ...quick, changing: [] }]), { color: false, width: 120 });
    expect(none).toContain('changing sizes: fewer than two were measured');
    expect(text).not.toContain('changing sizes:');
  });
});

describe('the page of a sweep', () => {
  test('has three charts, the knee ringed once, and a cross at each size without a number', () => {
    expect(html.match(/<figure class="lines">/g)).toHaveLength(3);
    expect([...html.matchAll(/class="ring"[^>]*><title>([^<]*)/g)].map(([, title]) => title)).toEqual([
      'knee: ort-node/cpu, batch 4',
    ]);
    const crosses = [...html.matchAll(/class="lost" x="([\d.]+)%"[^>]*><title>([^<]*)/g)];
    // One of each of the two sizes in each of the three charts.
    expect(crosses.map(([, , title]) => title?.slice(0, 35))).toEqual(
      [1, 2, 3].flatMap(() => ['ort-web/wasm, batch 4: out-of-memor', 'ort-web/wasm, batch 8: skipped: not']),
    );
    // 1, 2, 4, 8 on a log axis lie a third of its length apart.
    expect(crosses.slice(0, 2).map(([, x]) => Number(x))).toEqual([67.3, 98]);
  });

  test('has every point in words, and holds what is untrusted as text', () => {
    expect(html).toContain('! out of memory: needs more than the limit of 250 MiB: 251 MiB were resident');
    expect(html).toContain('· not here: no Python; npx onpar provision torch');
    const evil = sweepHtml(sweep([{ ...lost, subject: '<img src=x>', backend: '<script>alert(1)</script>' }]), {
      css: '',
      script: '',
    });
    expect(evil).not.toContain('<img');
    expect(evil).not.toContain('<script>alert');
  });
});
