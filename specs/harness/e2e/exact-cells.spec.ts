/** A fault of one file turns the cells red that run on it, and no others: a gate that blames everybody helps nobody to look. */
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasTorch } from '../support/python.ts';
import { negateLayersWeight, negateQuantized, reverseLabels, scaleFirstKernel } from './faults.ts';
import { negateOneWeight } from './negate.ts';
import { describeFile, makeStranger } from './stranger.ts';
import type { Stranger } from './stranger.ts';

const model = 'fixtures/models/garment';
const data = 'fixtures/datasets/garments';
const labels = 't10k-labels-idx1-ubyte.gz';
const here = ['vitest', 'onnxruntime-node', 'onnxruntime-web', '@tensorflow/tfjs', '@tensorflow/tfjs-backend-wasm'];

const onnx = ['float32/ort-node/cpu', 'float32/ort-web/wasm'];
const quantized = ['int8-static/ort-node/cpu', 'int8-static/ort-web/wasm'];
const layers = ['tfjs/tfjs/cpu', 'tfjs/tfjs/wasm'];
const torch = hasTorch ? ['torch/torch/eager', 'torch/torch/script'] : [];
const all = [...onnx, ...quantized, ...layers, ...torch];
const both = (cells: readonly string[]): string[] =>
  cells.flatMap((cell) => [`accuracy ${cell}`, `parity ${cell}`]).toSorted();

let stranger: Stranger;
beforeAll(() => {
  stranger = makeStranger(here);
  addTorch();
  const { status, output } = stranger.onpar(['bless', '--only', 'parity,accuracy', '--reason', 'first values']);
  if (status !== 0) throw new Error(output);
});
afterAll(() => stranger.remove());

/** A form of its own: its weights are not those of the ONNX artifact, though the file is of the same format. */
function addTorch(): void {
  copyFileSync(stranger.path(model, 'model.onnx'), stranger.path(model, 'weights.onnx'));
  const network = stranger.path(model, 'network.py');
  writeFileSync(network, readFileSync(network, 'utf8').replace('"model.onnx"', '"weights.onnx"'));
  const card = stranger.json(model, 'model.json');
  const files = ['network.py', 'weights.onnx'].map((path) => ({ path, ...describeFile(stranger.path(model, path)) }));
  card.artifacts.torch = {
    format: 'torch',
    precision: 'float32',
    files,
    names: { logits: 'output_0' },
    made: 'by hand',
  };
  stranger.writeJson(card, model, 'model.json');
}

/** Red cells as metric artifact/backend, by the report; whatever else was planned held. */
function redCells(): { red: string[]; held: number; status: number | null } {
  const { status } = stranger.test(['specs/parity', 'specs/accuracy'], { CI: '1' });
  const { verdicts } = stranger.json('.onpar/report.json');
  const nameOf = ({ metric, case: id }: any): string =>
    `${metric} ${id.replace('garment/', '').replace(/\/n\d+$/, '')}`;
  const red = verdicts.filter((each: any) => each.red).map(nameOf);
  const held = verdicts.filter((each: any) => ['match', 'held'].includes(each.verdict)).length;
  return { red: red.toSorted(), held, status };
}

describe('exactly the right cells are red', () => {
  test.each<[string, string[], () => void]>([
    ['nothing changed', [], () => undefined],
    [
      'one weight of the ONNX file negated',
      both(onnx),
      () => {
        negateOneWeight(stranger.path(model, 'model.onnx'));
        stranger.rehash('model.onnx');
      },
    ],
    [
      'the first kernel of the INT8 file negated',
      both(quantized),
      () => {
        negateQuantized(stranger.path(model, 'model.int8-static.onnx'));
        stranger.rehash('model.int8-static.onnx');
      },
    ],
    [
      'one weight of the TF.js file negated',
      // No decision about the eight images that tfjs/cpu has time for.
      both(layers).filter((cell) => cell !== 'accuracy tfjs/tfjs/cpu'),
      () => {
        negateLayersWeight(stranger.path(model, 'tfjs'));
        stranger.rehash('tfjs/weights.bin');
      },
    ],
    [
      "one weight of PyTorch's file negated",
      both(torch),
      () => {
        negateOneWeight(stranger.path(model, 'weights.onnx'));
        stranger.rehash('weights.onnx');
      },
    ],
    [
      'the TF.js export normalized by another deviation',
      both(layers),
      () => {
        scaleFirstKernel(stranger.path(model, 'tfjs'), 3);
        stranger.rehash('tfjs/weights.bin');
      },
    ],
    [
      'the labels in another order of classes',
      both(all).filter((cell) => cell.startsWith('accuracy')),
      () => {
        reverseLabels(stranger.path(data, labels), 10);
        stranger.rehashData(labels);
      },
    ],
  ])('%s', (_, expected, change) => {
    const { red, held, status } = stranger.withFault(change, redCells);
    expect(red).toEqual(expected);
    expect([held, status]).toEqual([2 * all.length - expected.length, expected.length > 0 ? 1 : 0]);
  });
});
