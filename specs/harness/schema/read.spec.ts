import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import type { Baseline } from '../../../src/baselines/baseline.generated.ts';
import { BadInput } from '../../../src/schema/bad-input.ts';
import { parseJson, readJson, schemaOf } from '../../../src/schema/read.ts';

const folder = mkdtempSync(join(tmpdir(), 'onpar-read-'));
afterAll(() => rmSync(folder, { recursive: true }));
const baseline = schemaOf<Baseline>(new URL('../../../src/baselines/baseline.schema.json', import.meta.url));
const anything = (() => {
  const path = join(folder, 'anything.schema.json');
  writeFileSync(path, '{}');
  return schemaOf<unknown>(pathToFileURL(path));
})();

const good = `{
  "schemaVersion": 1,
  "model": "simplecnn",
  "fingerprint": null,
  "provenance": { "date": "2026-11-23", "commit": null, "reason": null, "onpar": "0.1.0", "node": "20.20.2", "backends": {} },
  "values": {
    "size": {
      "float32": 1000
    },
    "parity": {
      "float32/ort-node/cpu": { "excess": 0.01, "nmse": 1e-14 }
    }
  }
}
`;
const fault = (text: string, schema: typeof anything | typeof baseline = anything): BadInput => {
  try {
    parseJson(text, 'a.json', schema as typeof anything);
  } catch (error) {
    expect(error).toBeInstanceOf(BadInput);
    return error as BadInput;
  }
  throw new Error('was accepted');
};

test('a good file is its value', () => {
  expect(parseJson(good, 'a.json', baseline)).toEqual(JSON.parse(good));
});

test('BadInput carries what, where and fix, and prints all three', () => {
  const error = new BadInput({ what: 'is empty', where: 'a.json:1:1', fix: 'Restore it.' }, { cause: 7 });
  expect([error.name, error.what, error.where, error.fix, error.cause]).toEqual([
    'BadInput',
    'is empty',
    'a.json:1:1',
    'Restore it.',
    7,
  ]);
  expect(error.message).toBe('a.json:1:1: is empty\n  Restore it.');
});

describe('refuses', () => {
  test.each([
    ['an empty file', '', 'a.json:1:1', 'is empty', 'git checkout'],
    ['white space', ' \n', 'a.json:1:1', 'is empty', 'git checkout'],
    ['a byte order mark', '\uFEFF{}', 'a.json:1:1', 'byte order mark', 'without a byte order mark'],
    ['a torn object', '{\n  "a": 1,\n  "b', 'a.json:3:3', 'ends too early', 'git checkout'],
    ['a torn array', '{"a": [1, 2', 'a.json:1:12', 'ends too early', 'git checkout'],
    ['a lost brace', '{"a": {"b": 1}', 'a.json:1:15', 'close brace expected', 'restore'],
    [
      'merge markers',
      '{\n<<<<<<< HEAD\n  "a": 1\n=======\n  "a": 2\n>>>>>>> x\n}',
      'a.json:2:1',
      'merge marker (<<<<<<<)',
      'Finish the merge',
    ],
    ['a left-over separator', '{\n=======\n}', 'a.json:2:1', 'merge marker (=======)', 'Finish the merge'],
    ['a left-over end', '{\r\n>>>>>>> branch\r\n}', 'a.json:2:1', 'merge marker', 'Finish the merge'],
    ['a key twice', '{\n  "a": 1,\n  "a": 2\n}', 'a.json:3:3', '"a" stands twice', 'Keep one'],
    ['a key twice, deep', '[{"b": {"a": 1, "a": 1}}]', 'a.json:1:17', '"a" stands twice', 'Keep one'],
    ['an escaped key twice', '{"a": 1, "\\u0061": 2}', 'a.json:1:10', '"a" stands twice', 'Keep one'],
    ['__proto__', '{"__proto__": {}}', 'a.json:1:2', '__proto__', 'Remove it.'],
    ['NaN', '{"a": NaN}', 'a.json:1:7', 'NaN is not JSON', 'finite'],
    ['-Infinity', '{"a": -Infinity}', 'a.json:1:7', '-Infinity is not JSON', 'finite'],
    ['a number beyond float64', '{"a": 1e999}', 'a.json:1:7', 'too large', 'finite'],
    ['comments', '{ // yes\n}', 'a.json:1:3', 'comments are not JSON', 'Correct'],
    ['a trailing comma', '{"a": 1,}', 'a.json:1:9', 'is not JSON', 'Correct'],
    ['a missing comma', '{"a": 1 "b": 2}', 'a.json:1:9', 'comma expected', 'Correct'],
    ['single quotes', "{'a': 1}", 'a.json:1:2', 'is not JSON', 'Correct'],
    ['two values', '{} {}', 'a.json:1:4', 'end of file expected', 'Correct'],
    ['a leading zero', '{"a": 01}', 'a.json', '', ''],
    ['a raw tab in a string', '{"a": "\t"}', 'a.json:1:7', 'is not JSON', 'Correct'],
  ])('%s', (_, text, where, what, fix) => {
    const error = fault(text);
    expect(error.where).toContain(where);
    expect(error.what).toContain(what);
    expect(error.fix).toContain(fix);
  });

  test('nesting that would exhaust the stack', () => {
    expect(fault('['.repeat(200_000) + ']'.repeat(200_000)).what).toBe('is nested too deeply');
  });
});

/** The value, or `refused`. */
const outcome = (parse: () => unknown): unknown => {
  try {
    return { value: parse() };
  } catch (error) {
    return error instanceof SyntaxError || error instanceof BadInput ? 'refused' : error;
  }
};

test('accepts exactly what JSON.parse accepts, whole or cut', () => {
  const json = fc.json({ maxDepth: 3 }).filter((text) => !text.includes('__proto__'));
  fc.assert(
    fc.property(json, fc.nat(), (text, at) => {
      for (const part of [text, text.slice(0, at % text.length)])
        expect(outcome(() => parseJson(part, 'a.json', anything))).toEqual(outcome(() => JSON.parse(part) as unknown));
    }),
  );
});

test('every cut of a baseline is refused', () => {
  for (let length = 0; length < good.trimEnd().length; length += 1)
    expect(() => parseJson(good.slice(0, length), 'a.json', baseline)).toThrow(BadInput);
});

describe('schema errors', () => {
  const edited = (from: string, to: string): BadInput => fault(good.replace(from, to), baseline);

  test.each([
    [
      'a misspelt key',
      '"fingerprint": null',
      '"fingerprnt": null',
      'a.json:4:3',
      'has no key "fingerprnt"',
      'Did you mean "fingerprint"?',
    ],
    [
      'an unknown key',
      '"fingerprint": null',
      '"fingerprint": null, "zzz": 1',
      'a.json:4:24',
      'has no key "zzz"',
      'Known: $schema, schemaVersion',
    ],
    ['a missing key', '  "model": "simplecnn",\n', '', 'a.json:1:1', 'the file lacks "model"', 'Add "model".'],
    [
      'another version',
      '"schemaVersion": 1',
      '"schemaVersion": 2',
      'a.json:2:20',
      'schemaVersion 2 is not known',
      'update onpar',
    ],
    ['no version', '  "schemaVersion": 1,\n', '', 'a.json:1:1', 'has no schemaVersion', 'update onpar'],
    [
      'another type',
      '"model": "simplecnn"',
      '"model": 7',
      'a.json:3:12',
      'model is a number, expected string',
      'Correct',
    ],
    ['another pattern', '"2026-11-23"', '"23.11.2026"', 'a.json:5:27', 'provenance/date must match pattern', 'Correct'],
    [
      'a negative value',
      '"float32": 1000',
      '"float32": -1',
      'a.json:8:18',
      'values/size/float32 must be > 0, is -1',
      'Correct',
    ],
    [
      'a short branch',
      '"excess": 0.01, ',
      '',
      'a.json:11:31',
      'values/parity/float32/ort-node/cpu lacks "excess"',
      'Add "excess".',
    ],
    ['a misspelt branch', '"nmse"', '"nsme"', 'a.json:11:49', 'has no key "nsme"', 'Did you mean "nmse"?'],
    ['a wrong key', '"float32": 1000', '"float 32": 1000', 'a.json:8:7', 'must match pattern', 'Correct'],
    ['null for a value', '"float32": 1000', '"float32": null', 'a.json:8:18', 'values/size/float32 is null', 'Correct'],
  ])('%s', (_, from, to, where, what, fix) => {
    const error = edited(from, to);
    const told = `${error.where}: ${error.what}`;
    expect(told).toContain(where);
    expect(told).toContain(what);
    expect(error.fix).toContain(fix);
  });

  test('an unknown version is told alone', () => {
    const error = fault(
      good.replace('"schemaVersion": 1', '"schemaVersion": 2').replace('"model"', '"modell"'),
      baseline,
    );
    expect(error.what).toBe('schemaVersion 2 is not known to this onpar');
  });

  test('five problems are told, the rest counted', () => {
    const many = good.replace(
      '"fingerprint": null',
      Array.from({ length: 7 }, (_, i) => `"k${i}": 1`).join(', ') + ', "fingerprint": null',
    );
    const { what } = fault(many, baseline);
    expect(what.match(/also a\.json:4:/g)).toHaveLength(4);
    expect(what).toContain('and 2 more');
  });
});

describe('readJson', () => {
  test('reads a file and names it in errors', () => {
    const path = join(folder, 'good.json');
    writeFileSync(path, good);
    expect(readJson(path, baseline).model).toBe('simplecnn');
    writeFileSync(path, good.slice(0, 50));
    expect(() => readJson(path, baseline)).toThrow(`${path}:4:`);
  });

  test('a missing file, a folder and bytes that are no text are bad input', () => {
    expect(() => readJson(join(folder, 'none.json'), baseline)).toThrow('no such file');
    expect(() => readJson(folder, baseline)).toThrow('is a folder');
    const path = join(folder, 'bytes.json');
    writeFileSync(path, Buffer.from([0x22, 0xff, 0xfe, 0x22]));
    expect(() => readJson(path, baseline)).toThrow('is not UTF-8 text');
    expect(() => readJson(join(path, 'x'), baseline)).toThrow(BadInput);
    writeFileSync(path, Buffer.from([0xef, 0xbb, 0xbf, 0x7b, 0x7d]));
    expect(() => readJson(path, baseline)).toThrow('byte order mark');
  });
});
