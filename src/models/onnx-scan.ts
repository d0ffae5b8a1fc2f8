/**
 * Reads the few facts of an ONNX file that must be known before a runtime may open it: that it is one, which external
 * files its weights claim, and its opset. Walks the protobuf wire format with protobufjs' reader; weights are skipped, never copied.
 * Field numbers: https://github.com/onnx/onnx/blob/v1.22.0/onnx/onnx.proto
 */
import protobuf from 'protobufjs/minimal.js';

type Reader = protobuf.Reader;

export interface OnnxFacts {
  /** Locations, as written in the file. */
  readonly externalData: readonly string[];
  /** Of ONNX's own operators; 0 where it imports none. */
  readonly opset: number;
}

/** Throws RangeError where the bytes are not an ONNX model. */
export function scanOnnx(bytes: Uint8Array): OnnxFacts {
  try {
    return scan(protobuf.Reader.create(bytes));
  } catch (error) {
    // protobufjs throws plain errors for some damages.
    throw error instanceof RangeError ? error : new RangeError((error as Error).message);
  }
}

function scan(model: Reader): OnnxFacts {
  const externalData = new Set<string>();
  let [hasGraph, opset] = [false, 0];
  walk(model, {
    7: (graph) => {
      hasGraph = true;
      walkGraph(graph, externalData, 0);
    },
    8: (imported) => (opset = Math.max(opset, opsetOf(imported))),
    25: (local) => walk(local, { 7: (node) => walkNode(node, externalData, 0) }),
  });
  if (!hasGraph) throw new RangeError('no graph in it');
  return { externalData: [...externalData], opset };
}

/** OperatorSetIdProto: a domain, empty for ONNX's own, and a version. */
function opsetOf(reader: Reader): number {
  let [domain, version] = ['', 0];
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag === 0x0a) domain = reader.string();
    else if (tag === 0x10) version = reader.uint32();
    else reader.skipType(tag & 7);
  }
  return domain === '' || domain === 'ai.onnx' ? version : 0;
}

/** Sub-graphs of If, Loop and Scan nest; more than this is no model but an attack on the stack. */
const maxDepth = 100;

function walkGraph(graph: Reader, found: Set<string>, depth: number): void {
  if (depth > maxDepth) throw new RangeError(`graphs nested deeper than ${maxDepth}`);
  walk(graph, {
    1: (node) => walkNode(node, found, depth),
    5: (initializer) => walkTensor(initializer, found),
    15: (sparse) => walkSparse(sparse, found),
  });
}

function walkNode(node: Reader, found: Set<string>, depth: number): void {
  walk(node, {
    5: (attribute) =>
      walk(attribute, {
        5: (value) => walkTensor(value, found),
        6: (graph) => walkGraph(graph, found, depth + 1),
        10: (value) => walkTensor(value, found),
        11: (graph) => walkGraph(graph, found, depth + 1),
        22: (value) => walkSparse(value, found),
        23: (value) => walkSparse(value, found),
      }),
  });
}

const walkSparse = (sparse: Reader, found: Set<string>): void =>
  walk(sparse, { 1: (values) => walkTensor(values, found), 2: (indices) => walkTensor(indices, found) });

/** TensorProto.external_data is a list of key and value; `location` is the path. */
function walkTensor(tensor: Reader, found: Set<string>): void {
  walk(tensor, {
    13: (entry) => {
      let key = '';
      let value = '';
      walk(entry, { 1: (text) => (key = rest(text)), 2: (text) => (value = rest(text)) });
      if (key === 'location') found.add(value);
    },
  });
}

const rest = (reader: Reader): string => Buffer.from(reader.buf.subarray(reader.pos, reader.len)).toString('utf8');

/** Calls a handler for each length-delimited field that has one, with a reader of just its bytes; skips the others. */
function walk(reader: Reader, handlers: Readonly<Record<number, (field: Reader) => void>>): void {
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    const handler = handlers[tag >>> 3];
    if (handler === undefined || (tag & 7) !== 2) {
      reader.skipType(tag & 7);
      continue;
    }
    const length = reader.uint32();
    const end = reader.pos + length;
    if (end > reader.len) throw new RangeError('truncated');
    handler(protobuf.Reader.create(reader.buf.subarray(reader.pos, end)));
    reader.pos = end;
  }
}
