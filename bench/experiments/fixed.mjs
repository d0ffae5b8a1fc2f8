/** The same ONNX file with its batch axis fixed: what a symbolic one costs. Field numbers: https://github.com/onnx/onnx/blob/v1.22.0/onnx/onnx.proto */
import protobuf from 'protobufjs/minimal.js';

const { Reader, Writer } = protobuf;
const graph = 7;
const [input, output, valueInfo] = [11, 12, 13];
/** From a ValueInfoProto to the dims of its tensor: type, tensor_type, shape, dim. */
const dims = [2, 1, 2, 1];

/** @param {Uint8Array} model @param {number} size @returns {Uint8Array} Throws RangeError where no input's first axis has a name. */
export function fixBatch(model, size) {
  let name;
  edit(model, [graph, input, ...dims], (dim) => {
    name ??= nameOf(dim);
    return dim;
  });
  if (name === undefined) throw new RangeError('no input has a symbolic axis');
  const fixed = Writer.create().uint32(8).uint32(size).finish();
  return [input, output, valueInfo].reduce(
    (bytes, field) => edit(bytes, [graph, field, ...dims], (dim) => (nameOf(dim) === name ? fixed : dim)),
    model,
  );
}

/** dim_param of a dimension. */
function nameOf(dim) {
  const reader = Reader.create(dim);
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag === 18) return reader.string();
    reader.skipType(tag & 7);
  }
  return undefined;
}

/** Every message at this path of fields is replaced by what `change` makes of it; all else stays, byte for byte. */
function edit(bytes, [field, ...path], change) {
  const reader = Reader.create(bytes);
  const parts = [];
  while (reader.pos < reader.len) {
    const start = reader.pos;
    const tag = reader.uint32();
    if (tag === field * 8 + 2) {
      const body = reader.bytes();
      const changed = path.length > 0 ? edit(body, path, change) : change(body);
      parts.push(Writer.create().uint32(tag).bytes(changed).finish());
    } else {
      reader.skipType(tag & 7);
      parts.push(bytes.subarray(start, reader.pos));
    }
  }
  return Buffer.concat(parts);
}
