import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commit, git } from '../base/repository.ts';
import { negateOneWeight } from './negate.ts';
import { makeStranger } from './stranger.ts';
import type { Outcome, Stranger } from './stranger.ts';

/** What moved between the last commit and the working tree of somebody else's repository. */
let stranger: Stranger;
const model = 'fixtures/models/garment/model.onnx';
const schema = new URL('../../../src/diff/diff.schema.json', import.meta.url);
const check = new Ajv().compile(JSON.parse(readFileSync(schema, 'utf8')) as object);

/** No registry answers there. */
const offline = { npm_config_registry: 'http://127.0.0.1:9', npm_config_fetch_retries: '0' };
const diff = (...args: string[]): Outcome => stranger.onpar(['diff', ...args], offline);
/** Stderr, which comes behind, has progress alone. */
const json = ({ output }: Outcome): any => JSON.parse(output.slice(0, output.lastIndexOf('\n}\n') + 2));

beforeAll(() => {
  stranger = makeStranger();
  writeFileSync(stranger.path('.gitignore'), 'node_modules/\n.onpar/\n');
  git(stranger.root, 'init', '--quiet', '--initial-branch', 'main');
  commit(stranger.root, {});
  commit(stranger.root, { 'notes.md': 'words only' });
});
afterAll(() => stranger.remove());

describe('onpar diff', () => {
  test('says that nothing moved where nothing did, and names backends that are not here', () => {
    const { status, output } = diff();
    expect(output).toContain('what moved from HEAD^@');
    expect(output).toMatch(/float32\/ort-node\/cpu +=  += +=  +=\n/);
    expect(output).toMatch(/tfjs\/tfjs\/wasm +· not here: package .* is not installed/);
    expect(output).toMatch(/nothing moved \(2 cases compared, \d+ not compared\)/);
    expect(status).toBe(0);
    expect(git(stranger.root, 'status', '--porcelain')).toBe('');
  });

  test('shows one negated weight in parity and accuracy, not in size, with the trace of its latency', () => {
    const before = readFileSync(stranger.path(model));
    negateOneWeight(stranger.path(model));
    stranger.rehash('model.onnx');
    const outcome = diff('garment/float32', '--backend', 'ort-node/cpu', '--json');
    const found = json(outcome);
    expect(check(found), JSON.stringify(check.errors)).toBe(true);
    expect(found.base).toMatch(/^HEAD@[0-9a-f]{7}$/);
    expect(found.cases).toHaveLength(1);
    const [{ differs, parity, accuracy, size, latency }] = found.cases;
    expect(differs).toEqual(['the artifact']);
    expect(parity.move).toBe('worse');
    expect(parity.maxAbs).toBeGreaterThan(0.1);
    expect(accuracy).toMatchObject({ move: 'worse', n: 300 });
    expect(accuracy.flips).toBeGreaterThan(accuracy.nearTies);
    expect(size).toMatchObject({ move: 'same', sentence: null });
    expect(latency.verdict).not.toBeNull();
    expect(latency.pairs).toBeGreaterThanOrEqual(8);
    expect(stranger.onpar(['gate', 'replay', latency.trace]).status).not.toBe(2);
    expect(outcome.status).toBe(1);

    const markdown = diff('garment', 'ort-node', '--only', 'parity,accuracy,size', '--markdown');
    expect(markdown.output).toMatch(/^## ✗ moved: 2 for the worse \(2 cases compared\)$/m);
    expect(markdown.output).toContain('| garment/int8-static/ort-node/cpu | = | = | = |');
    expect(markdown.status).toBe(1);

    writeFileSync(stranger.path(model), before);
    stranger.rehash('model.onnx');
    expect(git(stranger.root, 'status', '--porcelain')).toBe('');
  });

  test('compares two numbers of threads of a case, named as a verdict names it', () => {
    const outcome = diff(
      'garment/float32/ort-node/cpu/b1/t1',
      '--threads',
      '2',
      '--base-threads',
      '1',
      '--only',
      'parity,accuracy,size',
      '--json',
    );
    const { base, new: ours, cases } = json(outcome);
    expect([base, ours]).toEqual(['1 thread', '2 threads']);
    expect(cases).toHaveLength(1);
    expect(cases[0].accuracy).toMatchObject({ n: 300, flips: 0 });
    expect(cases[0].graph.sentence).toBeNull();
    expect(outcome.status).toBe(0);
    expect(readFileSync(stranger.path('.onpar', 'diff.html'), 'utf8')).toContain('from 1 thread to 2 threads');
  });

  test('shows slow creep against an anchor, whose refusals come first', () => {
    const anchored = diff('garment', '--base', 'HEAD', '--anchor', 'HEAD^', '--only', 'parity,size', '--json');
    expect(anchored.output).toMatch(/^\{/);
    const { base, anchor, command } = json(anchored);
    expect([base, anchor.base].join()).toMatch(/^HEAD@\w+,HEAD\^@\w+$/);
    expect(anchor.cases).toHaveLength(7);
    expect(command).toContain('--anchor HEAD^');
    expect(anchored.status).toBe(0);
    const same = diff('--base', 'HEAD', '--anchor', 'HEAD', '--only', 'size');
    expect(same.output).toContain('the anchor is the base: HEAD@');
    const { status, output } = diff('--anchor', 'v9');
    expect(output).toContain("--anchor: 'v9' is no commit of this repository");
    expect(status).toBe(2);
  });

  test('refuses a base that does not build', () => {
    const { status, output } = stranger.onpar(['diff', '--base', 'HEAD^'], { ONPAR_BASE_BUILD: 'echo no >&2; exit 3' });
    expect(output).toContain('does not build (ONPAR_BASE_BUILD):');
    expect(output).not.toMatch(/\n\s+at /);
    expect(output).not.toContain('what moved');
    expect(status).toBe(2);
  });

  test('has no base where a folder lacks the packages: ours would be compared with itself', () => {
    const folder = mkdtempSync(join(tmpdir(), 'onpar-other-'));
    git(stranger.root, 'worktree', 'add', '--quiet', '--detach', '--force', folder, 'HEAD');
    try {
      const { output, status } = diff('garment', 'ort-node', '--base', folder, '--only', 'parity,size');
      expect(output).toMatch(/no base: onnxruntime-node is not installed at /);
      expect(output).toContain('nothing was compared');
      expect(output).not.toMatch(/\n\s+at /);
      expect(status).toBe(1);
    } finally {
      git(stranger.root, 'worktree', 'remove', '--force', folder);
    }
  });

  test('has a row for a case that only one side has', () => {
    const card = readFileSync(stranger.path('fixtures/models/garment/model.json'), 'utf8');
    const { artifacts, ...rest } = JSON.parse(card);
    const { 'int8-static': moved, ...others } = artifacts;
    stranger.writeJson({ ...rest, artifacts: { ...others, quantized: moved } }, 'fixtures/models/garment/model.json');
    const { output, status } = diff('ort-node', '--only', 'parity,size');
    expect(output).toMatch(/quantized\/ort-node\/cpu +· new: HEAD@\w+ has no such case/);
    expect(output).toMatch(/int8-static\/ort-node\/cpu +· gone: only HEAD@\w+ has it/);
    expect(status).toBe(0);
    writeFileSync(stranger.path('fixtures/models/garment/model.json'), card);
  });

  test.each([
    [
      'a ref that does not exist',
      ['--base', 'no-such-branch'],
      "--base: 'no-such-branch' is no commit of this repository",
    ],
    [
      'a package version that does not install',
      ['--base', 'onnxruntime-node@0.0.1'],
      'base onnxruntime-node@0.0.1: does not install',
    ],
    [
      'a package that no backend runs on',
      ['--base', 'onnxruntme-node@1.29.0'],
      'did you mean onnxruntime-node@1.29.0?',
    ],
    ['a name that is nearly a backend', ['--base', 'ort-node/cpuu'], 'did you mean ort-node/cpu?'],
    ['one backend twice', ['--base', 'ort-node/cpu', '-b', 'ort-node/cpu'], 'both sides run on ort-node/cpu'],
    ['threads where there is no number', ['--threads', '2', '-b', 'tfjs/wasm'], 'tfjs/wasm takes no number of threads'],
    [
      'threads of a base that takes no number',
      ['--base', 'tfjs/wasm', '-b', 'ort-node/cpu', '--threads', '2'],
      'tfjs/wasm takes no number of threads',
    ],
    ['two bases', ['--base', 'main', '--base-threads', '2'], 'both name a base'],
    ['no base at all', ['--base', 'none'], 'nothing to compare with: --base is none'],
    ['an unknown column', ['--only', 'speed'], "unknown column 'speed'"],
    ['a word that no case has', ['garmint'], 'did you mean garment?'],
    [
      'a release of a package whose native part is provisioned',
      ['--base', '@tensorflow/tfjs-node@4.21.0'],
      "does not come with npm, but by 'npx onpar provision tfjs-node'",
    ],
    ['more threads than any machine has', ['--threads', '100000', '--base-threads', '1'], 'no more than 1024'],
    ['two forms at once', ['--json', '--markdown'], 'cannot be used with'],
  ])('refuses %s with one clear error', (_, args, words) => {
    const { status, output } = diff(...args);
    expect(output).toContain(words);
    expect(output).not.toMatch(/\n\s+at /);
    expect(status).toBe(2);
  });
});
