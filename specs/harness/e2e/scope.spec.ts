import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { makeStranger } from './stranger.ts';
import type { Outcome, Stranger } from './stranger.ts';

/** What a run is held to: everything, the files that were named, or the cases that were picked. None of them may pass on nothing. */
let stranger: Stranger;
const ci = { CI: '1' };
const card = 'fixtures/models/garment/model.json';
const kept = new Map<string, string>();

/** Texts of the project as blessed; latency is left out: what counts here is counting. */
beforeAll(() => {
  stranger = makeStranger();
  const { latency: _, ...rest } = stranger.json(card);
  stranger.writeJson(rest, card);
  for (const file of ['latency.spec.ts', 'memory.spec.ts']) rmSync(stranger.path('specs', file));
  const { status, output } = stranger.onpar(['bless']);
  if (status !== 0) throw new Error(output);
  for (const file of ['accuracy', 'parity', 'size'].map((suite) => `specs/${suite}.spec.ts`))
    kept.set(file, readFileSync(stranger.path(file), 'utf8'));
  for (const file of [card, 'baselines/garment.json', 'vitest.config.ts'])
    kept.set(file, readFileSync(stranger.path(file), 'utf8'));
});
afterEach(() => {
  for (const file of readdirSync(stranger.path('specs'))) rmSync(stranger.path('specs', file));
  for (const [file, text] of kept) writeFileSync(stranger.path(file), text);
});
afterAll(() => stranger.remove());

const edit = (file: string, change: (text: string) => string): void =>
  writeFileSync(stranger.path(file), change(readFileSync(stranger.path(file), 'utf8')));
const addSpec = (name: string, text: string): void => writeFileSync(stranger.path('specs', name), text);
const summary = (): any => stranger.json('.onpar/report.json').summary;
const red = (sentence: string): Outcome => ({ status: 1, output: expect.stringContaining(sentence) as string });

describe('a whole run', () => {
  test('is green when everything is asked and held', () => {
    const { status, output } = stranger.test([], ci);
    expect(output).toContain('0 red');
    expect(status).toBe(0);
  });

  test('is red where every spec was deleted, for what they had blessed', () => {
    for (const suite of ['accuracy', 'parity', 'size']) rmSync(stranger.path(`specs/${suite}.spec.ts`));
    addSpec('other.spec.ts', "import { test } from 'vitest';\ntest('other', () => {});\n");
    expect(stranger.test([], ci)).toEqual(red('size garment/float32 was planned and has no verdict'));
  });

  test('is red where no file is a spec any more, even if Vitest may pass without tests', () => {
    edit('vitest.config.ts', (text) =>
      text.replace('plugins:', "test: { include: ['sepcs/*.ts'], passWithNoTests: true }, plugins:"),
    );
    expect(stranger.test([], ci)).toEqual(red('parity garment/float32/ort-node/cpu was planned and has no verdict'));
  });

  test('is red where a blessed artifact was taken off the card, until a bless of everything removes it', () => {
    const { artifacts, ...rest } = stranger.json(card);
    const { tfjs: _, ...left } = artifacts;
    stranger.writeJson({ ...rest, artifacts: left }, card);
    expect(stranger.test([], ci)).toEqual(red('size garment/tfjs was blessed and is no case any more'));
    const blessed = stranger.onpar(['bless']);
    expect(blessed.output).toContain('removed, there is no such case any more');
    expect(blessed.status).toBe(0);
    expect(stranger.test([], ci).status).toBe(0);
  });

  test('is red where the card dropped its data set, for the accuracy that was blessed', () => {
    const { dataset: _, ...rest } = stranger.json(card);
    const { dataset: __, ...reference } = rest.reference;
    stranger.writeJson({ ...rest, reference }, card);
    rmSync(stranger.path('specs/accuracy.spec.ts'));
    expect(stranger.test([], ci)).toEqual(
      red('accuracy garment/float32/ort-node/cpu/n300 was blessed and is no case any more'),
    );
  });

  test('is green where all tests were asked to run side by side, and where one test judges several cases', () => {
    edit('vitest.config.ts', (text) => text.replace('plugins:', 'test: { sequence: { concurrent: true } }, plugins:'));
    edit('specs/size.spec.ts', (text) =>
      text.replace(
        /describe\([^]*/,
        "test('all sizes', async () => { for (const subject of cases) expect(await measure(subject)).toHoldBaseline(); });\n",
      ),
    );
    const { status, output } = stranger.test([], ci);
    expect(output).toContain('0 red');
    expect(status).toBe(0);
  });

  test('judges a case once where its test runs again and again', () => {
    edit('specs/size.spec.ts', (text) => text.replace('test(subject.id,', 'test(subject.id, { repeats: 2 },'));
    const { status, output } = stranger.test([], ci);
    expect(output).toContain('0 red');
    expect(status).toBe(0);
  });

  test('is refused where a command line wants all tests side by side, which its matchers cannot tell apart', () => {
    const { status, output } = stranger.test(['--sequence.concurrent'], ci);
    expect(output).toContain('onpar needs sequence.concurrent off');
    expect(status).toBe(1);
  });

  test('from a folder that its configuration names is whole, too', () => {
    edit('vitest.config.ts', (text) => text.replace('plugins:', "test: { dir: 'specs' }, plugins:"));
    expect(stranger.test([], ci).status).toBe(0);
    for (const suite of ['accuracy', 'parity', 'size']) rmSync(stranger.path(`specs/${suite}.spec.ts`));
    addSpec('other.spec.ts', "import { test } from 'vitest';\ntest('other', () => {});\n");
    expect(stranger.test([], ci)).toEqual(red('size garment/float32 was planned and has no verdict'));
  });

  test('is none of our business where only types, or tests of another folder, were asked for', () => {
    mkdirSync(stranger.path('other'));
    writeFileSync(stranger.path('other/my.spec.ts'), "import { test } from 'vitest';\ntest('my own', () => {});\n");
    try {
      expect(stranger.test(['--dir', 'other'], ci).status).toBe(0);
      expect(stranger.test(['--typecheck.only', '--passWithNoTests'], ci).output).not.toContain('has no verdict');
    } finally {
      rmSync(stranger.path('other'), { recursive: true });
    }
  });

  test('from a workspace judges the project that lies in one of its folders, and never two at once', () => {
    mkdirSync(stranger.path('ws/other'), { recursive: true });
    const config = readFileSync(stranger.path('vitest.config.ts'), 'utf8');
    const workspace = (projects: readonly string[]): void =>
      writeFileSync(
        stranger.path('ws/vitest.config.ts'),
        `export default { test: { projects: ${JSON.stringify(projects)} } };\n`,
      );
    try {
      workspace(['..']);
      const { status, output } = stranger.test(['--root', 'ws'], ci);
      expect(output).toContain('0 red');
      expect(status).toBe(0);
      writeFileSync(stranger.path('ws/other/vitest.config.ts'), config);
      workspace(['..', 'other']);
      // The nearest fixtures are the same ones.
      expect(stranger.test(['--root', 'ws'], ci).status).toBe(0);
      mkdirSync(stranger.path('ws/other/fixtures/models'), { recursive: true });
      expect(stranger.test(['--root', 'ws'], ci)).toEqual(red('a run judges one of them'));
    } finally {
      rmSync(stranger.path('ws'), { recursive: true });
    }
  });

  test('says its verdicts where no report can be written', () => {
    rmSync(stranger.path('.onpar'), { recursive: true, force: true });
    writeFileSync(stranger.path('.onpar'), 'a file in its place');
    try {
      const { status, output } = stranger.test([], ci);
      expect(output).toMatch(/0 red[^]*no report, and one that lies in .*\.onpar is older; make it writable/);
      expect(status).toBe(0);
    } finally {
      rmSync(stranger.path('.onpar'));
    }
  });

  test('of a card that promises what it does not measure ends at once, with what is wrong', () => {
    edit(card, (text) =>
      text.replace(
        '"artifacts"',
        '"relations": { "batching": [{ "case": "float32/ort-node/cpu", "knee": 7, "gain": [1, 2] }] }, "artifacts"',
      ),
    );
    const { status, output } = stranger.test([], ci);
    expect(output).toContain('knee');
    expect(output).not.toContain('Unhandled');
    expect(status).toBe(2);
  });

  test('is red where no backend is here: sizes alone say nothing of a model', () => {
    const runtime = stranger.path('node_modules/onnxruntime-node');
    renameSync(runtime, `${runtime}-away`);
    try {
      expect(stranger.test([], ci)).toEqual(red('no backend is here: no model was opened'));
    } finally {
      renameSync(`${runtime}-away`, runtime);
    }
  });
});

describe('a run of some files', () => {
  test('is green without the others', () => {
    expect(stranger.test(['specs/size'], ci).status).toBe(0);
    expect(summary()).toMatchObject({ planned: 3, held: 3 });
  });

  test('is red where one of its cases was skipped or never judged', () => {
    edit('specs/size.spec.ts', (text) =>
      text.replace('test(subject.id', "(subject.id === 'garment/tfjs' ? test.skip : test)(subject.id"),
    );
    expect(stranger.test(['specs/size'], ci)).toEqual(red('size garment/tfjs was planned and has no verdict'));
    edit('specs/parity.spec.ts', (text) => text.replace(/expect\((.*)\)\.toMatchParity\(\)/, '$1'));
    expect(stranger.test(['specs/parity'], ci)).toEqual(
      red('parity garment/float32/ort-node/cpu was planned and has no verdict'),
    );
  });

  test('is what `vitest related` finds', () => {
    expect(stranger.vitest(['related', 'specs/size.spec.ts', '--run'], ci).status).toBe(0);
    expect(summary()).toMatchObject({ planned: 3, held: 3 });
  });

  describe('in shards', () => {
    const shards = (): readonly (number | null)[] =>
      [1, 2].map((each) => stranger.test([`--shard=${each}/2`, '--reporter=blob'], ci).status);
    const merged = (): Outcome => stranger.test(['--merge-reports'], ci);
    afterEach(() => rmSync(stranger.path('.vitest-reports'), { recursive: true, force: true }));

    test('is green in each of them, and as a whole where they are merged', () => {
      expect(shards()).toEqual([0, 0]);
      const { status, output } = merged();
      expect(output).toContain('0 red');
      expect(status).toBe(0);
    });

    test('is red where they are merged for tests that judge nothing, be nothing of them blessed', () => {
      edit('specs/parity.spec.ts', (text) => text.replace(/expect\((.*)\)\.toMatchParity\(\)/, '$1'));
      const { parity: _, ...values } = stranger.json('baselines/garment.json').values;
      stranger.writeJson({ ...stranger.json('baselines/garment.json'), values }, 'baselines/garment.json');
      shards();
      expect(merged()).toEqual(red('parity garment/float32/ort-node/cpu was planned and has no verdict'));
    });

    test('is red where they are merged for a spec that none of them had', () => {
      rmSync(stranger.path('specs/parity.spec.ts'));
      expect(shards()).toEqual([0, 0]);
      expect(merged()).toEqual(red('parity garment/float32/ort-node/cpu was planned and has no verdict'));
    });
  });

  test('is what --project makes it', () => {
    edit('vitest.config.ts', (text) =>
      text.replace(
        'plugins:',
        "test: { projects: ['size', 'parity'].map((name) => ({ extends: true, test: { name, include: [`specs/${name}.spec.ts`] } })) }, plugins:",
      ),
    );
    expect(stranger.test(['--project', 'size'], ci).status).toBe(0);
    expect(summary()).toMatchObject({ planned: 3, held: 3 });
  });
});

describe('a run of picked cases', () => {
  test('is green with the one that was asked for', () => {
    expect(stranger.test(['specs/size', '-t', 'size garment/float32'], ci).status).toBe(0);
    expect(summary()).toMatchObject({ planned: 1, held: 1 });
  });

  test('is red where its test has no matcher, or does nothing', () => {
    const sentence = 'parity garment/float32/ort-node/cpu was planned and has no verdict';
    edit('specs/parity.spec.ts', (text) => text.replace(/expect\((.*)\)\.toMatchParity\(\)/, '$1'));
    expect(stranger.test(['-t', 'parity garment/float32/ort-node/cpu'], ci)).toEqual(red(sentence));
    edit('specs/parity.spec.ts', (text) => text.replace('await measure(subject);', ''));
    expect(stranger.test(['-t', 'parity garment/float32/ort-node/cpu'], ci)).toEqual(red(sentence));
  });

  test('is green where its spec measures the others as well', () => {
    edit('specs/size.spec.ts', (text) =>
      text.replace("describe('size'", "await Promise.all(cases.map((each) => measure(each)));\ndescribe('size'"),
    );
    expect(stranger.test(['specs/size', '-t', 'size garment/float32'], ci).status).toBe(0);
    expect(summary()).toMatchObject({ planned: 1, held: 1 });
  });

  test('is red where nothing has that name', () => {
    expect(stranger.test(['-t', 'garmnet'], ci)).toEqual(red('no case matches what was asked for'));
  });

  test('leaves other tests alone', () => {
    addSpec('other.spec.ts', "import { test } from 'vitest';\ntest('my own', () => {});\n");
    expect(stranger.test(['-t', 'my own'], ci).status).toBe(0);
  });
});

describe('a bless', () => {
  const smaller = (): void =>
    edit('baselines/garment.json', (text) => text.replace(/("float32": )(\d+)/, (_, key, size) => `${key}${size - 1}`));
  const baseline = (): string => readFileSync(stranger.path('baselines/garment.json'), 'utf8');

  test('shows afterwards what is committed now', () => {
    smaller();
    const { status, output } = stranger.onpar(['bless']);
    expect(output).toContain('wrote baselines/garment.json');
    expect(summary()).toMatchObject({ red: 0, exitCode: 0 });
    expect(status).toBe(0);
  });

  /** Still ends with the report; stderr, which says why, comes last. */
  const refusal = (sentence: string): Outcome => ({
    status: 2,
    output: expect.stringMatching(new RegExp(`Report: .onpar/report.html[^]*${sentence}`)) as string,
  });

  test('of words that name no case writes nothing', () => {
    smaller();
    const before = baseline();
    expect(stranger.onpar(['bless', 'garmnet'])).toEqual(refusal('no case matches what was asked for'));
    expect(baseline()).toBe(before);
  });

  test('writes nothing where another test failed, or a case has no verdict', () => {
    smaller();
    const before = baseline();
    edit('specs/size.spec.ts', (text) => text.replace('toHoldBaseline();', 'toHoldBaseline(); expect(1).toBe(2);'));
    expect(stranger.onpar(['bless'])).toEqual(refusal('3 other tests failed'));
    edit('specs/size.spec.ts', (text) => text.replace(' expect(1).toBe(2);', '').replace('cases)', 'cases.slice(1))'));
    expect(stranger.onpar(['bless'])).toEqual(refusal('size garment/float32 was planned and has no verdict'));
    expect(baseline()).toBe(before);
  });
});
