import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { randomFrom } from '../../../src/stats/random.ts';
import { bench } from '../support/bench.ts';
import { drawPair, drawPairs } from '../support/noise.ts';

const { append, fold, pairLine, readBankTrace, summary } = await bench('gate/trace/file.mjs');
const { readBank } = await bench('gate/certify/bank.mjs');
const { shapeBeside } = await bench('gate/record/session.mjs');
const { keepTraces } = await bench('gate/record/suite-traces.mjs');
const { furthestBehind, pathOf, plan } = await bench('gate/record/schedule.mjs');

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'onpar-traces-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const header = { fingerprint: 'some-machine', class: 'wasm', work: 'same', pinned: true, hog: false };
const line = (pair: number): string => pairLine(drawPair(randomFrom(pair), pair), { wall: 1.5 });
const textOf = (path: string): string => gunzipSync(readFileSync(path)).toString('utf8');

function record(path: string, count: number, first: object = header): string {
  mkdirSync(dirname(path), { recursive: true });
  append(path, JSON.stringify(first));
  for (let pair = 0; pair < count; pair += 1) append(path, line(pair));
  fold(path);
  return path;
}

it('writes microseconds with four digits, and nothing that is not needed', () => {
  const block = { order: 'AB', visits: [[0.00123456], [0.0123456]], reference: [] };
  expect(JSON.parse(pairLine({ pair: 3, blocks: [block] }, { wall: 2 }))).toEqual({
    pair: 3,
    unit: 'us',
    wall: 2,
    blocks: [{ order: 'AB', visits: [[1235], [12_350]] }],
  });
});

it('is read by the product as it was recorded, to four digits', async () => {
  const { pairs, walls, header: read } = await readBankTrace(record(join(folder, 'a.jsonl.gz'), 3));
  const [drawn] = drawPairs(randomFrom(0), 1);
  expect(read).toMatchObject(header);
  expect(walls).toEqual([1.5, 1.5, 1.5]);
  const [seen, wanted] = [pairs[0], drawn!].map((pair) => pair.blocks[0].visits[0][0]);
  expect(seen / wanted).toBeCloseTo(1, 3);
});

describe('a recorder that was killed', () => {
  it('leaves whole pairs: the torn line goes, the next recording follows on', async () => {
    const path = record(join(folder, 'a.jsonl.gz'), 2);
    append(path, line(2));
    appendFileSync(join(folder, 'a.jsonl.open'), line(3).slice(0, 100));
    fold(path);
    expect(summary(path)).toEqual({ header, next: 3 });
    expect((await readBankTrace(path)).pairs).toHaveLength(3);
    expect(existsSync(join(folder, 'a.jsonl.open'))).toBe(false);
  });

  it('between writing and clearing up counts no pair twice', () => {
    const path = record(join(folder, 'a.jsonl.gz'), 2);
    appendFileSync(join(folder, 'a.jsonl.open'), `${JSON.stringify(header)}\n${line(1)}\n${line(2)}\n`);
    fold(path);
    expect(textOf(path).trim().split('\n')).toHaveLength(4);
  });

  it('before its first pair leaves a header, and nothing where it had not begun', () => {
    const path = record(join(folder, 'a.jsonl.gz'), 0);
    expect(summary(path)).toEqual({ header, next: 0 });
    expect(summary(join(folder, 'b.jsonl.gz'))).toBeNull();
  });
});

it('folds to the same bytes', () => {
  const [a, b] = ['a', 'b'].map((name) => record(join(folder, `${name}.jsonl.gz`), 3));
  expect(readFileSync(a!)).toEqual(readFileSync(b!));
});

describe('a bank', () => {
  const place = (first: object = header): string => pathOf(folder, 'some-machine', first);

  it('takes every trace from where its header says', async () => {
    record(place(), 2);
    record(place({ ...header, class: 'ort-1ms', hog: true }), 1, { ...header, class: 'ort-1ms', hog: true });
    expect((await readBank(folder)).map((entry: any) => [entry.class, entry.condition, entry.pairs.length])).toEqual([
      ['ort-1ms', 'pinned, busy neighbour', 1],
      ['wasm', 'pinned', 2],
    ]);
  });

  it('is empty where there is none', async () => {
    expect(await readBank(join(folder, 'none'))).toEqual([]);
  });

  it('refuses a compressed file that is cut off', async () => {
    const path = record(place(), 3);
    writeFileSync(path, readFileSync(path).subarray(0, -20));
    await expect(readBank(folder)).rejects.toThrow(/cannot be decompressed[^]*git checkout/);
  });

  it('refuses a line that is cut off, and names it', async () => {
    const path = record(place(), 3);
    writeFileSync(path, gzipSync(textOf(path).slice(0, -200)));
    await expect(readBank(folder)).rejects.toThrow(`${path}:4`);
  });

  it('refuses a trace that lies where another one belongs', async () => {
    record(place(), 2, { ...header, work: 'slower-2' });
    await expect(readBank(folder)).rejects.toThrow('its header says some-machine, wasm, slower-2');
  });

  it('takes in what a killed recorder left', async () => {
    record(place(), 2);
    append(place(), line(2));
    expect((await readBank(folder))[0].pairs).toHaveLength(3);
    const first = { ...header, class: 'ort-1ms' };
    append(place(first), JSON.stringify(first));
    append(place(first), line(0));
    expect((await readBank(folder)).map(({ class: name }: any) => name)).toEqual(['ort-1ms', 'wasm']);
  });
});

it('records in the shape of its class as the product is now: not in that of a variant, of a whole suite or of another class', () => {
  const place = (more: object): string => pathOf(folder, 'some-machine', { ...header, ...more });
  for (const [index, more] of [
    { work: 'a', variant: 'before' },
    { work: 'b', suite: 'some-case' },
    { work: 'c', class: 'ort-1ms' },
  ].entries())
    record(place(more), 1, { ...header, ...more, shape: { calls: index } });
  const beside = (): object | undefined => shapeBeside(join(folder, 'some-machine'), 'wasm');
  expect(beside()).toBeUndefined();
  record(place({}), 1, { ...header, shape: { calls: 7 } });
  expect(beside()).toEqual({ calls: 7 });
  expect(shapeBeside(join(folder, 'none'), 'wasm')).toBeUndefined();
});

it('records next what is furthest behind', () => {
  const tasks = [
    { work: 'same', target: 100 },
    { work: 'tail', target: 10 },
  ];
  const next = (...counts: number[]): string =>
    furthestBehind(tasks, (task: any) => counts[tasks.indexOf(task)]).work as string;
  expect([next(0, 0), next(20, 0), next(20, 5), next(60, 6)]).toEqual(['same', 'tail', 'same', 'same']);
});

it('plans unchanged code in every class, and no trace twice', () => {
  const paths = plan.map((task: any) => pathOf('', 'machine', task));
  expect(new Set(paths).size).toBe(paths.length);
  expect(plan.filter((task: any) => task.work === 'same' && task.pinned && !task.hog)).toHaveLength(3);
});

describe('what whole suites left', () => {
  /** As the product writes them. */
  const leave = (file: string, id: string, count: number, from: number): void => {
    const pairs = Array.from({ length: count }, (_, pair) => pairLine(drawPair(randomFrom(from + pair), pair)));
    const lines = [JSON.stringify({ fingerprint: 'some-machine', case: id, seed: 1 }), ...pairs];
    writeFileSync(join(folder, 'left', file), lines.map((text) => `${text}\n`).join(''));
  };
  const bank = (): string => join(folder, 'bank');
  const keep = (at = 7): Promise<void> => keepTraces(join(folder, 'left'), bank(), true, at);
  beforeEach(() => mkdirSync(join(folder, 'left')));

  it('is taken into the bank run by run, of backends that compile while they run', async () => {
    leave('m-float32-ort-web-wasm-b1.jsonl', 'm/float32/ort-web/wasm/b1', 8, 0);
    leave('m-float32-ort-web-wasm-b1.control.jsonl', 'control', 8, 0);
    leave('m-float32-ort-node-cpu-b1.jsonl', 'm/float32/ort-node/cpu/b1', 8, 0);
    await keep();
    leave('m-float32-ort-web-wasm-b1.jsonl', 'm/float32/ort-web/wasm/b1', 12, 100);
    await keep(8);
    const [entry, ...others] = await readBank(bank());
    expect(others).toEqual([]);
    expect(entry).toMatchObject({
      class: 'wasm',
      condition: 'pinned',
      suite: 'm-float32-ort-web-wasm-b1',
      runs: [8, 12],
    });
    expect(entry.pairs.map(({ pair }: any) => pair)).toEqual(Array.from({ length: 20 }, (_, pair) => pair));
    const { pairs } = await readBankTrace(join(folder, 'left', 'm-float32-ort-web-wasm-b1.jsonl'));
    expect(entry.pairs[8].blocks).toEqual(pairs[0].blocks);
  });

  it('is taken of eighteen runs, whatever they say', async () => {
    for (let run = 0; run < 20; run += 1) {
      leave('m-int8-tfjs-wasm-b1.jsonl', 'm/int8/tfjs/wasm/b1', run < 3 ? 20 : 8, 100 * run);
      await keep(run);
    }
    expect((await readBank(bank()))[0].runs).toEqual([20, 20, 20, ...Array(15).fill(8)]);
  });

  it('is the screen where a suspicion was looked into: what was cleared by fresh pairs alarmed all the same', async () => {
    leave('m-int8-tfjs-wasm-b1.jsonl', 'm/int8/tfjs/wasm/b1', 12, 100);
    leave('m-int8-tfjs-wasm-b1.screen.jsonl', 'm/int8/tfjs/wasm/b1', 8, 0);
    await keep();
    const { pairs } = await readBankTrace(join(folder, 'left', 'm-int8-tfjs-wasm-b1.screen.jsonl'));
    expect((await readBank(bank()))[0].pairs).toEqual(pairs);
  });
});
