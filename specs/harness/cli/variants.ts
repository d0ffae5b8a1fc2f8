/** One small model, and what may become of it. */
import { floats, linearModel, modelOf, node, valueInfo } from '../support/onnx.ts';

type Put = (name: string, content: Uint8Array) => unknown;

const weights = Array.from({ length: 12 }, (_, index) => Math.sin(index + 1));
const linear = (change: (value: number, index: number) => number): Uint8Array => linearModel(4, 3, weights.map(change));

/** y = x w, 4 to 3: the same again, one weight negated, rounded, 0.3 % off, all zero; with 5 inputs, with other names. */
export function putVariants(put: Put): void {
  put(
    'a.onnx',
    linear((value) => value),
  );
  put(
    'same.onnx',
    linear((value) => value),
  );
  put(
    'negated.onnx',
    linear((value, index) => (index === 5 ? -value : value)),
  );
  put(
    'rounded.onnx',
    linear((value) => value * (1 + 1e-7)),
  );
  put(
    'near.onnx',
    linear((value) => value * 1.003),
  );
  put(
    'zeros.onnx',
    linear(() => 0),
  );
  put(
    'wide.onnx',
    linearModel(
      5,
      3,
      Array.from({ length: 15 }, () => 1),
    ),
  );
  put(
    'renamed.onnx',
    modelOf({
      nodes: [node('MatMul', ['image', 'w'], ['scores'])],
      initializers: [floats('w', [4, 3], weights)],
      inputs: [valueInfo('image', 'float32', ['n', 4])],
      outputs: [valueInfo('scores', 'float32', ['n', 3])],
    }),
  );
}
