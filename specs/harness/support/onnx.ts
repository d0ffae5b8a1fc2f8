/**
 * Tiny ONNX models, written byte by byte: the protobuf wire format needs no library to write, and specs must not trust the one
 * that they test. Field numbers: https://github.com/onnx/onnx/blob/v1.22.0/onnx/onnx.proto
 */

type Bytes = Uint8Array;

const varint = (value: number): Bytes => {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Uint8Array.from([...bytes, rest]);
};

const join = (...parts: readonly Bytes[]): Bytes => new Uint8Array(Buffer.concat(parts));

/** A varint field. */
export const int = (field: number, value: number): Bytes => join(varint(field * 8), varint(value));

/** A length-delimited field: text, bytes or a message. */
export const bytes = (field: number, body: Bytes | string): Bytes => {
  const content = typeof body === 'string' ? new TextEncoder().encode(body) : body;
  return join(varint(field * 8 + 2), varint(content.byteLength), content);
};

export const message = join;

const elementTypes = { float32: 1, int64: 7, bool: 9, float16: 10 };
export type ElementType = keyof typeof elementTypes;

/** An input or output; an axis is a size or a name. */
export const valueInfo = (name: string, type: ElementType, dims: readonly (number | string)[]): Bytes => {
  const shape = dims.map((axis) => bytes(1, typeof axis === 'number' ? int(1, axis) : bytes(2, axis)));
  return join(bytes(1, name), bytes(2, bytes(1, join(int(1, elementTypes[type]), bytes(2, join(...shape))))));
};

const bytesOf = (values: ArrayBufferView): Bytes =>
  new Uint8Array(values.buffer as ArrayBuffer, values.byteOffset, values.byteLength);

const tensorOf = (name: string, type: ElementType, dims: readonly number[], values: ArrayBufferView): Bytes =>
  join(...dims.map((axis) => int(1, axis)), int(2, elementTypes[type]), bytes(8, name), bytes(9, bytesOf(values)));

export const floats = (name: string, dims: readonly number[], values: readonly number[]): Bytes =>
  tensorOf(name, 'float32', dims, Float32Array.from(values));

/** A tensor whose data lies in another file. */
export const externalTensor = (name: string, dims: readonly number[], location: string): Bytes =>
  join(
    ...dims.map((axis) => int(1, axis)),
    int(2, elementTypes.float32),
    bytes(8, name),
    bytes(13, join(bytes(1, 'location'), bytes(2, location))),
    int(14, 1),
  );

export const node = (
  type: string,
  inputs: readonly string[],
  outputs: readonly string[],
  ...attributes: readonly Bytes[]
): Bytes =>
  join(
    ...inputs.map((name) => bytes(1, name)),
    ...outputs.map((name) => bytes(2, name)),
    bytes(4, type),
    ...attributes.map((attribute) => bytes(5, attribute)),
  );

/** An attribute that holds a graph. */
export const graphAttribute = (name: string, graph: Bytes): Bytes => join(bytes(1, name), bytes(6, graph), int(20, 5));

export interface Graph {
  readonly nodes: readonly Bytes[];
  readonly initializers?: readonly Bytes[];
  readonly inputs?: readonly Bytes[];
  readonly outputs?: readonly Bytes[];
}

export const graphOf = ({ nodes, initializers = [], inputs = [], outputs = [] }: Graph): Bytes =>
  join(
    ...nodes.map((each) => bytes(1, each)),
    bytes(2, 'graph'),
    ...initializers.map((each) => bytes(5, each)),
    ...inputs.map((each) => bytes(11, each)),
    ...outputs.map((each) => bytes(12, each)),
  );

export const modelOf = (graph: Graph): Bytes => join(int(1, 9), bytes(7, graphOf(graph)), bytes(8, int(2, 17)));

/** y [batch, columns] = x [batch, rows] . weights: all that a spec of the harness needs of a model. */
export function linearModel(
  rows: number,
  columns: number,
  weights: readonly number[],
  batch: number | string = 'batch',
): Bytes {
  return modelOf({
    nodes: [node('MatMul', ['x', 'w'], ['y'])],
    initializers: [floats('w', [rows, columns], weights)],
    inputs: [valueInfo('x', 'float32', [batch, rows])],
    outputs: [valueInfo('y', 'float32', [batch, columns])],
  });
}

/** The same file with its weights elsewhere. */
export const externalModel = (location: string): Bytes =>
  modelOf({
    nodes: [node('MatMul', ['x', 'w'], ['y'])],
    initializers: [externalTensor('w', [4, 3], location)],
    inputs: [valueInfo('x', 'float32', ['batch', 4])],
    outputs: [valueInfo('y', 'float32', ['batch', 3])],
  });

/** A Loop whose condition stays true: opens like any model, never returns. */
export function endlessModel(): Bytes {
  const body: Graph = {
    nodes: [node('Identity', ['more'], ['still']), node('Identity', ['state'], ['next'])],
    inputs: [
      valueInfo('index', 'int64', []),
      valueInfo('more', 'bool', []),
      valueInfo('state', 'float32', ['batch', 3]),
    ],
    outputs: [valueInfo('still', 'bool', []), valueInfo('next', 'float32', ['batch', 3])],
  };
  return modelOf({
    nodes: [node('Loop', ['', 'go', 'x'], ['y'], graphAttribute('body', graphOf(body)))],
    initializers: [tensorOf('go', 'bool', [], Uint8Array.of(1))],
    inputs: [valueInfo('x', 'float32', ['batch', 3])],
    outputs: [valueInfo('y', 'float32', ['batch', 3])],
  });
}

/** Hands its input on, whatever its type. */
export const identityModel = (type: ElementType, dims: readonly (number | string)[] = ['batch', 3]): Bytes =>
  modelOf({
    nodes: [node('Identity', ['x'], ['y'])],
    inputs: [valueInfo('x', type, dims)],
    outputs: [valueInfo('y', type, dims)],
  });

/** Answers every row with the mean of the batch: right for a single row only. */
export const batchMeanModel = (): Bytes =>
  modelOf({
    nodes: [
      node('ReduceMean', ['x'], ['mean'], join(bytes(1, 'axes'), int(8, 0), int(20, 7))),
      node('Mul', ['x', 'zero'], ['zeros']),
      node('Add', ['zeros', 'mean'], ['y']),
    ],
    initializers: [floats('zero', [1], [0])],
    inputs: [valueInfo('x', 'float32', ['batch', 3])],
    outputs: [valueInfo('y', 'float32', ['batch', 3])],
  });

/** A graph that no runtime can run: its operator does not exist. */
export const unknownOperatorModel = (): Bytes =>
  modelOf({
    nodes: [node('NoSuchOperator', ['x'], ['y'])],
    inputs: [valueInfo('x', 'float32', ['batch', 3])],
    outputs: [valueInfo('y', 'float32', ['batch', 3])],
  });

/** An initializer of a weightless graph: a note in place of its bytes. */
export const hollow = (
  name: string,
  dims: readonly number[],
  note = 'fill centre 0.5 step 0.001',
  type: ElementType = 'float32',
): Bytes => join(...dims.map((axis) => int(1, axis)), int(2, elementTypes[type]), bytes(8, name), bytes(12, note));

/** The linear model without its weights. */
export const hollowModel = (...initializers: readonly Bytes[]): Bytes =>
  modelOf({
    nodes: [node('MatMul', ['x', 'w'], ['y'])],
    initializers: initializers.length === 0 ? [hollow('w', [4, 3])] : initializers,
    inputs: [valueInfo('x', 'float32', ['batch', 4])],
    outputs: [valueInfo('y', 'float32', ['batch', 3])],
  });

/** Asks its runtime for 2^40 floats whatever it is fed. */
export const hugeModel = (): Bytes =>
  modelOf({
    nodes: [
      node('ConstantOfShape', ['size'], ['zeros']),
      node('ReduceMax', ['zeros'], ['zero']),
      node('Add', ['x', 'zero'], ['y']),
    ],
    initializers: [tensorOf('size', 'int64', [1], BigInt64Array.of(2n ** 40n))],
    inputs: [valueInfo('x', 'float32', ['batch', 3])],
    outputs: [valueInfo('y', 'float32', ['batch', 3])],
  });
