import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Baseline } from '../../../src/baselines/baseline.generated.ts';
import { inline, renderBaseline } from '../../../src/baselines/render.ts';

const baseline = (values: Baseline['values'], more: Partial<Baseline> = {}): Baseline => ({
  schemaVersion: 1,
  model: 'm',
  fingerprint: null,
  provenance: {
    date: '2026-11-23',
    commit: null,
    reason: 'why "so"',
    onpar: '0.1.0',
    node: '20.20.2',
    backends: { 'b/c': '2', 'a/c': '1' },
  },
  values,
  ...more,
});

test('one value or day a line, keys by code unit, two spaces, newline at the end', () => {
  const text = renderBaseline(
    baseline(
      {
        size: { b: 2, B: 1, a: 3 },
        latency: { 'a/x/b1/t1': [0.001, 0.002], 'b/x/b1/t1': { '2026-11-24': [3, 4], '2026-11-23': [1, 2] } },
        parity: { 'a/x': { nmse: 1e-14, excess: 0.01 } },
        none: {},
      },
      { $schema: './s.json' },
    ),
    null,
  );
  expect(text).toBe(`{
  "$schema": "./s.json",
  "schemaVersion": 1,
  "model": "m",
  "fingerprint": null,
  "provenance": {
    "date": "2026-11-23",
    "commit": null,
    "reason": "why \\"so\\"",
    "onpar": "0.1.0",
    "node": "20.20.2",
    "backends": {
      "a/c": "1",
      "b/c": "2"
    }
  },
  "values": {
    "latency": {
      "a/x/b1/t1": [0.001, 0.002],
      "b/x/b1/t1": {
        "2026-11-23": [1, 2],
        "2026-11-24": [3, 4]
      }
    },
    "none": {},
    "parity": {
      "a/x": { "excess": 0.01, "nmse": 1e-14 }
    },
    "size": {
      "B": 1,
      "a": 3,
      "b": 2
    }
  }
}
`);
});

test('unchanged values keep their bytes, changed ones and those on several lines do not', () => {
  const old = '{"values": {"size": {"a": 1.50e3, "b": 2e0}, "latency": {"x": [1,\n2]}}}';
  const text = renderBaseline(baseline({ size: { a: 1500, b: 3 }, latency: { x: [1, 2] } }), old);
  expect(text).toContain('"a": 1.50e3,');
  expect(text).toContain('"b": 3\n');
  expect(text).toContain('"x": [1, 2]\n');
});

test('says what it was given, and rendering again changes nothing', () => {
  const key = fc
    .stringMatching(/^[A-Za-z0-9][A-Za-z0-9._/@+-]{0,12}$/)
    .filter((text) => text !== '__proto__');
  const value = fc.double({ min: 1e-12, max: 1e12, noNaN: true });
  fc.assert(
    fc.property(
      fc.dictionary(
        fc.constantFrom('size', 'memory', 'z'),
        fc.dictionary(key, value, { noNullPrototype: true }),
        { noNullPrototype: true },
      ),
      (values) => {
        const text = renderBaseline(baseline(values), null);
        expect(JSON.parse(text)).toEqual(baseline(values));
        expect(renderBaseline(JSON.parse(text) as Baseline, text)).toBe(text);
      },
    ),
  );
});

test('inline', () => {
  expect(inline({ b: [1, 'x'], a: null })).toBe('{ "a": null, "b": [1, "x"] }');
});
