/** The bundled architectures: what is cheap to know of them on each commit. fixtures/build/verify.py fills all of them. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { listModels, readModel } from '../../../../src/models/card.ts';
import { openable } from '../../../../src/models/recipe/cache.ts';
import { piecesOf, sizeOf } from '../../../../src/models/recipe/graph.ts';
import { readReference } from '../../../../src/models/reference.ts';

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const models = await Promise.all((await listModels(root)).map(readModel));
const isFilled = (file: object | undefined): boolean => 'graph' in ((file as { recipe?: object })?.recipe ?? {});
const big = models.filter(({ card }) => isFilled(card.artifacts['float32']?.files[0]));

test('there are six', () => {
  expect(big.map(({ card }) => card.id)).toEqual([
    'convnext-base',
    'convnext-tiny',
    'densenet-121',
    'efficientnet-b0',
    'efficientnet-b1',
    'resnet-34',
  ]);
});

test.each(big.map((model) => [model.card.id, model] as const))(
  '%s has the size of its card once filled, and logits in a range where rounding shows and float16 lasts',
  async (_, model) => {
    const [file] = model.card.artifacts['float32']!.files;
    const pieces = piecesOf(readFileSync(join(model.folder, 'graph.onnx')));
    expect(sizeOf(pieces)).toBe(file.bytes);
    const weights = pieces.reduce((sum, piece) => sum + (piece instanceof Uint8Array ? 0 : piece.count), 0);
    expect(weights).toBeGreaterThanOrEqual(model.card.parameters!);
    const { data } = (await readReference(model))!.outputs['logits']!;
    const rms = Math.sqrt((data as Float64Array).reduce((sum, value) => sum + value * value, 0) / data.length);
    expect(rms).toBeGreaterThan(1);
    expect(rms).toBeLessThan(100);
  },
);

test('EfficientNet-B0 is filled here to the very bytes of its card', async () => {
  const cache = mkdtempSync(join(tmpdir(), 'onpar-cache-'));
  const model = big.find(({ card }) => card.id === 'efficientnet-b0')!;
  const path = await openable(model, model.card.artifacts['float32']!, { XDG_CACHE_HOME: cache });
  expect(path.startsWith(cache)).toBe(true);
  rmSync(cache, { recursive: true });
});
