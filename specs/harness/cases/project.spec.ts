import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { listBackends } from '../../../src/backends/registry.ts';
import { backendOf, findRoot, modelOf, namedBy, readProject } from '../../../src/cases/project.ts';
import { newProject } from '../support/project.ts';
import type { Json, TestProject } from '../support/project.ts';
import { refusal } from '../support/refusal.ts';

let project: TestProject;
beforeEach(() => {
  project = newProject();
});
afterEach(() => project.remove());

const dataset = (classes: readonly string[]): Json => ({
  id: 'letters',
  name: 'Letters',
  licence: 'MIT',
  source: { home: 'https://example.org' },
  layout: 'idx',
  dims: [1, 2, 2],
  count: 2,
  classes,
  files: [{ role: 'images', path: 'images.bin', sha256: '0'.repeat(64), bytes: 1 }],
});

describe('a project', () => {
  test('is its models, their data sets and all backends', async () => {
    project.card('b', { dataset: 'letters' });
    project.card('a');
    project.dataset('letters', dataset(['a', 'b', 'c']));
    const read = await readProject(project.root, {});
    expect(read.models.map(({ card }) => card.id)).toEqual(['a', 'b']);
    expect([...read.datasets.keys()]).toEqual(['letters']);
    expect(read.datasets.get('letters')?.located.found).toBe(true);
    expect(read.backends).toEqual(await listBackends());
    expect(modelOf(read, 'b').card.name).toBe('Linear b');
    expect(backendOf(read, 'tfjs/cpu').id).toBe('tfjs/cpu');
    expect(() => modelOf(read, 'c')).toThrow('no model c');
    expect(() => backendOf(read, 'c/d')).toThrow('no backend c/d');
  });

  test('without any model is refused with the way to add one', async () => {
    const error = await refusal(() => readProject(project.root, {}));
    expect(error.what).toBe('no model card');
    expect(error.fix).toContain('fixtures/models/<id>/model.json');
  });

  test('with one wrong card among good ones is refused, naming it', async () => {
    project.card('good');
    project.card('wrong', { id: 'other' });
    expect((await refusal(() => readProject(project.root, {}))).where).toContain(join('wrong', 'model.json'));
  });

  test('whose model names a data set that does not exist is refused', async () => {
    project.card('linear', { dataset: 'lettres' });
    expect((await refusal(() => readProject(project.root, {}))).what).toBe("data set 'lettres' does not exist");
  });

  test.each([
    ['in another order', ['a', 'c', 'b'], "class 1 is 'b' here and 'c' in data set letters"],
    ['one more', ['a', 'b', 'c', 'd'], "class 3 is 'missing' here and 'd' in data set letters"],
    ['one fewer', ['a', 'b'], "class 2 is 'c' here and 'missing' in data set letters"],
    ['in other words', ['A', 'b', 'c'], "class 0 is 'a' here and 'A' in data set letters"],
  ])('whose labels stand %s in the data set is refused, naming both', async (_, classes, what) => {
    const folder = project.card('linear', { dataset: 'letters' });
    project.dataset('letters', dataset(classes));
    const error = await refusal(() => readProject(project.root, {}));
    expect(error.what).toContain(what);
    expect(error.where).toBe(join(folder, 'model.json'));
  });
});

test('the root is the nearest folder upwards with fixtures/models, null outside of any', () => {
  const deep = join(project.root, 'src', 'deep');
  mkdirSync(deep, { recursive: true });
  expect(findRoot(deep)).toBe(project.root);
  expect(findRoot('/')).toBeNull();
});

test.each([
  [[], ['small']],
  [['small/float32'], ['small']],
  // A word that occurs in artifacts alone names no model.
  [['float32'], ['small']],
  [['big'], ['big', 'small']],
  [['big-1/float32'], ['small']],
  [['bi/int8'], ['big', 'small']],
])('named by %j, models on demand are in only if they are meant', async (words, expected) => {
  const own = newProject();
  own.card('small');
  own.card('big', { onDemand: true });
  const read = await readProject(own.root, {});
  expect(namedBy(read, words).models.map(({ card }) => card.id)).toEqual(expected);
  own.remove();
});
