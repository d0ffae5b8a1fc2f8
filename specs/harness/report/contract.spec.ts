import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { encodeNumber, toJson } from '../../../src/report/json.ts';
import type { Report } from '../../../src/report/report.generated.ts';
import * as sample from './sample.ts';

const schema = new URL('../../../src/report/report.schema.json', import.meta.url);
const check = new Ajv({ allErrors: true }).compile(JSON.parse(readFileSync(schema, 'utf8')) as object);

describe.each(Object.entries(sample))('the %s report', (_name, make) => {
  test('is what the schema describes, before and after JSON', () => {
    const read = JSON.parse(toJson(make())) as Report;
    expect(check(make()), JSON.stringify(check.errors)).toBe(true);
    expect(read).toEqual(make());
  });

  test('has every number finite or named', () => {
    expect(toJson(make())).not.toMatch(/: null,\n\s*"expected"|NaN(?!")|Infinity(?!")/);
  });
});

test('a forgotten field does not pass', () => {
  const { commit, ...rest } = sample.red();
  expect(commit).not.toBeNull();
  expect(check(rest)).toBe(false);
});

test.each([
  [1.5, 1.5],
  [0, 0],
  [NaN, 'NaN'],
  [Infinity, 'Infinity'],
  [-Infinity, '-Infinity'],
])('encodeNumber(%s) is %s', (x, encoded) => {
  expect(encodeNumber(x)).toBe(encoded);
});

test('a number that slipped through unencoded becomes a word, not null', () => {
  const report = sample.red();
  const [first] = report.cases;
  if (first === undefined) throw new Error('the sample has cases');
  const broken = { ...report, cases: [{ ...first, parity: { ...first.parity, nmse: NaN } }] };
  expect(toJson(broken)).toContain('"nmse": "NaN"');
});
