import { gzipSync } from 'node:zlib';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { locateDataset, readDataset, readDatasetCard } from '../../../src/datasets/dataset.ts';
import type { Dataset, DatasetCard } from '../../../src/datasets/dataset.ts';
import { newProject } from '../support/project.ts';
import type { Json } from '../support/project.ts';
import { refusal } from '../support/refusal.ts';

const project = newProject();
afterAll(() => project.remove());
const repository = fileURLToPath(new URL('../../..', import.meta.url));

/** Two images of 1 x 2 x 2 and their labels. */
const pixels = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
const idx = (dims: readonly number[], data: Uint8Array): Buffer => {
  const header = Buffer.alloc(4 + 4 * dims.length);
  header.writeUInt32BE(0x800 + dims.length, 0);
  dims.forEach((axis, index) => header.writeUInt32BE(axis, 4 + 4 * index));
  return Buffer.concat([header, data]);
};
const images = idx([2, 2, 2], pixels);
const labels = idx([2], Uint8Array.of(2, 0));

/** Writes the files, and the card that names them with fresh hashes, and reads the data set. */
async function read(files: Readonly<Record<string, Uint8Array>>, parts: Json = {}): Promise<Dataset> {
  const described = Object.entries(files).map(([role, content]) => ({
    role,
    ...project.put(`fixtures/datasets/tiny/${role}.bin`, content),
  }));
  const folder = project.dataset('tiny', {
    id: 'tiny',
    name: 'Tiny',
    licence: 'MIT',
    source: { home: 'https://example.org' },
    layout: 'idx',
    dims: [1, 2, 2],
    count: 2,
    classes: ['a', 'b', 'c'],
    files: described,
    ...parts,
  });
  return readDataset(await readDatasetCard(project.root, 'tiny'), folder);
}

describe('an idx data set', () => {
  test('is its images and labels, gzipped or not', async () => {
    for (const files of [
      { images, labels },
      { images: gzipSync(images), labels: gzipSync(labels) },
    ]) {
      const { images: read4d, labels: classes } = await read(files);
      expect(read4d).toEqual({ dtype: 'uint8', dims: [2, 1, 2, 2], data: expect.anything() });
      expect([...(read4d.data as Uint8Array)]).toEqual([...pixels]);
      expect([...classes]).toEqual([2, 0]);
    }
  });

  test('of this repository is the Fashion-MNIST test split, a thousand images a class', async () => {
    const { images: all, labels: classes } = await readDataset(
      await readDatasetCard(repository, 'fashion-mnist'),
      join(repository, 'fixtures/datasets/fashion-mnist'),
    );
    expect(all.dims).toEqual([10_000, 1, 28, 28]);
    expect(Array.from({ length: 10 }, (_, label) => classes.filter((each) => each === label).length)).toEqual(
      Array.from({ length: 10 }, () => 1_000),
    );
  });

  test.each([
    [
      'fewer images than the card says',
      { images: idx([1, 2, 2], pixels.subarray(0, 4)), labels },
      {},
      'has dims [1, 2, 2], the card says [2, 2, 2]',
    ],
    ['images of another size', { images: idx([2, 4, 1], pixels), labels }, {}, 'has dims [2, 4, 1]'],
    [
      'a byte less than its own header says',
      { images: images.subarray(0, -1), labels },
      {},
      'has 23 bytes instead of 24',
    ],
    ['a byte more', { images: Buffer.concat([images, Buffer.of(0)]), labels }, {}, 'has 25 bytes instead of 24'],
    ['labels for images', { images: labels, labels }, {}, 'is no IDX file of 3 axes'],
    ['a few bytes', { images: Buffer.of(0, 0), labels }, {}, 'is no IDX file of 3 axes'],
    ['no labels', { images }, {}, 'needs a file of role images and one of role labels'],
    [
      'a label that no class has',
      { images, labels: idx([2], Uint8Array.of(0, 3)) },
      {},
      'image 1 has label 3, but there are 3 classes',
    ],
    [
      'fewer classes than labels',
      { images, labels },
      { classes: ['a', 'b'] },
      'image 0 has label 2, but there are 2 classes',
    ],
    ['another count on the card', { images, labels }, { count: 3 }, 'the card says [3, 2, 2]'],
    ['a gzip that is cut off', { images: gzipSync(images).subarray(0, 20), labels }, {}, 'cannot be unzipped'],
  ])('with %s is refused', async (_, files, parts, what) => {
    const error = await refusal(() => read(files, parts));
    expect(error.message).toContain(what);
    expect(error.where).toContain('tiny');
  });

  test('with a gzip bomb is refused before it is unpacked', async () => {
    const bomb = gzipSync(new Uint8Array(64 * 2 ** 20));
    expect(bomb.byteLength).toBeLessThan(2 ** 17);
    const before = process.memoryUsage().arrayBuffers;
    expect((await refusal(() => read({ images: bomb, labels }))).what).toContain('cannot be unzipped');
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(32 * 2 ** 20);
  });
});

describe('a cifar10-binary data set', () => {
  const cifar = { layout: 'cifar10-binary', dims: [1, 2, 2] };

  test('is records of a label and an image', async () => {
    const { images: all, labels: classes } = await read(
      { records: Uint8Array.of(2, 1, 2, 3, 4, 0, 5, 6, 7, 8) },
      cifar,
    );
    expect([...(all.data as Uint8Array)]).toEqual([...pixels]);
    expect([...classes]).toEqual([2, 0]);
  });

  test.each([
    ['a record cut off', { records: new Uint8Array(9) }, 'has 9 bytes instead of 2 records of 5'],
    ['a record too many', { records: new Uint8Array(15) }, 'has 15 bytes instead of 2 records of 5'],
    ['no records', { images }, 'needs a file of role records'],
    ['a label that no class has', { records: Uint8Array.of(2, 1, 2, 3, 4, 9, 5, 6, 7, 8) }, 'image 1 has label 9'],
  ])('with %s is refused', async (_, files, what) => {
    expect((await refusal(() => read(files, cifar))).message).toContain(what);
  });
});

describe('files of a data set', () => {
  test('are refused where one byte changed, or one is missing, naming the file', async () => {
    const { card } = await read({ images, labels });
    const folder = join(project.root, 'fixtures/datasets/tiny');
    project.put('fixtures/datasets/tiny/labels.bin', idx([2], Uint8Array.of(2, 1)));
    expect((await refusal(() => readDataset(card, folder))).message).toMatch(
      /labels\.bin: is not the file of the card: its content changed/,
    );
    const elsewhere = { ...card, files: [{ ...card.files[0], path: 'gone.bin' }] } as DatasetCard;
    expect((await refusal(() => readDataset(elsewhere, folder))).message).toMatch(/gone\.bin: does not exist/);
  });
});

describe('a data set card', () => {
  test('that does not exist, or has another id than its folder, is refused', async () => {
    expect((await refusal(() => readDatasetCard(project.root, 'nowhere'))).message).toMatch(
      /nowhere.dataset\.json: data set 'nowhere' does not exist/,
    );
    project.dataset('one', {
      ...(JSON.parse(readFileSync(join(repository, 'fixtures/datasets/fashion-mnist/dataset.json'), 'utf8')) as Json),
      id: 'two',
    });
    expect((await refusal(() => readDatasetCard(project.root, 'one'))).what).toBe("id 'two' is not its folder's name");
  });

  test('is refused where it breaks its schema, with the line', async () => {
    project.dataset('bad', { id: 'bad', count: -1 });
    expect((await refusal(() => readDatasetCard(project.root, 'bad'))).where).toMatch(/dataset\.json:\d+:\d+$/);
  });
});

describe('a data set that is not in the repository', () => {
  const card = {
    id: 'cifar',
    location: 'ONPAR_DATA',
    files: [{ role: 'records', path: 'cifar/test.bin' }],
    source: {
      home: 'https://example.org/cifar',
      archive: 'cifar.tar.gz',
      md5: 'c'.repeat(32),
      note: 'decoded from PNG',
    },
  } as unknown as DatasetCard;
  const reasonOf = (dataFolder: string | undefined): string => {
    const located = locateDataset('/project', card, dataFolder);
    return located.found ? 'it was found' : located.reason;
  };

  test.each([undefined, ''])('says how to get it when ONPAR_DATA is %j', (value) => {
    const reason = reasonOf(value);
    for (const part of [
      'data set cifar',
      'ONPAR_DATA is not set',
      'cifar/test.bin',
      'cifar.tar.gz (md5 cccc',
      'https://example.org/cifar',
      'decoded from PNG',
    ])
      expect(reason).toContain(part);
  });

  test('says which file is missing, and how to get it, when ONPAR_DATA leads elsewhere', () => {
    const reason = reasonOf(project.root);
    expect(reason).toContain('cifar/test.bin is not under ONPAR_DATA');
    expect(reason).toContain('https://example.org/cifar');
  });

  test('is found where ONPAR_DATA says', () => {
    project.put('data/cifar/test.bin', 'x');
    expect(locateDataset('/project', card, join(project.root, 'data'))).toEqual({
      found: true,
      folder: join(project.root, 'data'),
    });
  });

  test('and one that is in the repository lies beside its card', () => {
    const here = { ...card, location: 'here' } as DatasetCard;
    expect(locateDataset('/project', here, undefined)).toEqual({
      found: true,
      folder: join('/project', 'fixtures', 'datasets', 'cifar'),
    });
  });
});
