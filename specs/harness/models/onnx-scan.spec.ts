import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { scanOnnx } from '../../../src/models/onnx-scan.ts';
import {
  bytes,
  endlessModel,
  externalModel,
  externalTensor,
  graphAttribute,
  graphOf,
  int,
  linearModel,
  message,
  modelOf,
  node,
} from '../support/onnx.ts';

const seed = 20;
const weights = externalTensor('w', [4, 3], 'weights.bin');
const found = (model: Uint8Array): readonly string[] => scanOnnx(model).externalData;

describe('scanOnnx finds external data', () => {
  test('in no model of this repository, and reads each whole', () => {
    for (const path of ['fashion-cnn/model.onnx', 'fashion-cnn/model.int8-static.onnx', 'tiny-text/model.onnx']) {
      expect(found(readFileSync(new URL(`../../../fixtures/models/${path}`, import.meta.url)))).toEqual([]);
    }
  });

  test.each([
    ['an initializer', externalModel('weights.bin')],
    ['a constant', modelOf({ nodes: [node('Constant', [], ['w'], message(bytes(1, 'value'), bytes(5, weights)))] })],
    [
      'a list of constants',
      modelOf({ nodes: [node('Constant', [], ['w'], message(bytes(1, 'values'), bytes(10, weights)))] }),
    ],
    [
      'a sparse constant',
      modelOf({
        nodes: [node('Constant', [], ['w'], message(bytes(1, 'sparse_value'), bytes(22, bytes(1, weights))))],
      }),
    ],
    [
      'a list of sparse constants',
      modelOf({ nodes: [node('Constant', [], ['w'], message(bytes(1, 'x'), bytes(23, bytes(2, weights))))] }),
    ],
    [
      'the body of a loop',
      modelOf({
        nodes: [node('Loop', [], [], graphAttribute('body', graphOf({ nodes: [], initializers: [weights] })))],
      }),
    ],
    [
      'the constant of a body of a body',
      modelOf({
        nodes: [
          node(
            'If',
            [],
            [],
            graphAttribute(
              'then',
              graphOf({
                nodes: [node('If', [], [], graphAttribute('then', graphOf({ nodes: [], initializers: [weights] })))],
              }),
            ),
          ),
        ],
      }),
    ],
    [
      'a local function',
      message(
        modelOf({ nodes: [] }),
        bytes(25, bytes(7, node('Constant', [], ['w'], message(bytes(1, 'value'), bytes(5, weights))))),
      ),
    ],
    [
      'a second graph, which a parser would merge with the first',
      message(modelOf({ nodes: [] }), bytes(7, graphOf({ nodes: [], initializers: [weights] }))),
    ],
  ])('of %s', (_, model) => {
    expect(found(model)).toEqual(['weights.bin']);
  });

  test('of a sparse initializer, values and indices alike', () => {
    const other = externalTensor('i', [2], 'indices.bin');
    const graph = message(graphOf({ nodes: [] }), bytes(15, message(bytes(1, weights), bytes(2, other))));
    expect(found(bytes(7, graph))).toEqual(['weights.bin', 'indices.bin']);
  });

  test('by its last location, as protobuf reads a repeated field', () => {
    const entry = message(bytes(1, 'location'), bytes(2, 'harmless.bin'), bytes(2, '../secret'));
    expect(found(bytes(7, bytes(5, bytes(13, entry))))).toEqual(['../secret']);
  });

  test('each once', () => {
    expect(found(modelOf({ nodes: [], initializers: [weights, weights] }))).toEqual(['weights.bin']);
  });
});

describe('scanOnnx refuses', () => {
  test.each([
    ['no bytes at all', new Uint8Array(), /no graph/],
    ['a model without a graph', int(1, 9), /no graph/],
    ['a page', Buffer.from('<html><body>404</body></html>'), /./],
    ['a wire type that does not exist', Uint8Array.of(0x0f), /wire type 7/],
    ['groups that nest without end', new Uint8Array(100_000).fill(0x0b), /depth/],
    [
      'a graph that is cut off',
      linearModel(
        4,
        3,
        Array.from({ length: 12 }, () => 1),
      ).subarray(0, 50),
      /truncated|out of range/,
    ],
  ])('%s', (_, content, words) => {
    expect(() => scanOnnx(content)).toThrow(RangeError);
    expect(() => scanOnnx(content)).toThrow(words);
  });

  test('graphs that nest without end, before the stack does', () => {
    let graph = graphOf({ nodes: [] });
    for (let depth = 0; depth < 1_000; depth += 1)
      graph = graphOf({ nodes: [node('If', [], [], graphAttribute('then', graph))] });
    expect(() => scanOnnx(bytes(7, graph))).toThrow('nested deeper than 100');
  });

  const outcome = (content: Uint8Array): unknown => {
    try {
      scanOnnx(content);
      return RangeError;
    } catch (error) {
      return (error as Error).constructor;
    }
  };

  test('any bytes with a RangeError, or reads them', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (content) => {
        expect(outcome(content)).toBe(RangeError);
      }),
      { seed, numRuns: 3_000 },
    );
  });

  test('any model with changed or missing bytes with a RangeError, or reads it', () => {
    const models = [externalModel('weights.bin'), endlessModel(), linearModel(2, 2, [1, 2, 3, 4])];
    const change = fc.tuple(fc.nat(), fc.nat(255));
    fc.assert(
      fc.property(fc.constantFrom(...models), fc.array(change, { maxLength: 6 }), fc.nat(), (model, changes, cut) => {
        const mutant = Uint8Array.from(model).subarray(0, model.length - (cut % 3 === 0 ? cut % model.length : 0));
        for (const [at, value] of changes) mutant[at % Math.max(1, mutant.length)] = value;
        expect(outcome(mutant)).toBe(RangeError);
      }),
      { seed, numRuns: 3_000 },
    );
  });

  test('every prefix of a model', () => {
    const model = externalModel('weights.bin');
    const accepted = Array.from({ length: model.length }, (_, length) => model.subarray(0, length)).filter((part) => {
      try {
        return scanOnnx(part).externalData.length === 0;
      } catch {
        return false;
      }
    });
    expect(accepted).toEqual([]);
  });
});

describe('the opset', () => {
  test('is that of ONNX itself, whatever other domains import', () => {
    const other = bytes(8, message(bytes(1, 'com.microsoft'), int(2, 99)));
    const named = bytes(8, message(bytes(1, 'ai.onnx'), int(2, 18)));
    expect(scanOnnx(linearModel(1, 1, [1])).opset).toBe(17);
    expect(scanOnnx(message(other, linearModel(1, 1, [1]))).opset).toBe(17);
    expect(scanOnnx(message(bytes(7, graphOf({ nodes: [] })), other, named)).opset).toBe(18);
    expect(scanOnnx(bytes(7, graphOf({ nodes: [] }))).opset).toBe(0);
  });
});
