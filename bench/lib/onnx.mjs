/**
 * Writes a one-node ONNX model (float32 Gemm) as bytes, so that a call costs next to nothing and no Python is needed.
 * Field numbers: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto; wire format: https://protobuf.dev/programming-guides/encoding/
 */

const float32 = 1;

/** y = x * w + b with [rows, units] x [units, units]. @param {number} units @param {number} rows */
export function gemmModel(units, rows = 1) {
  const graph = [
    message(1, [text(1, 'x'), text(1, 'w'), text(1, 'b'), text(2, 'y'), text(3, 'gemm'), text(4, 'Gemm')]),
    text(2, 'gemm'),
    message(5, initializer('w', [units, units])),
    message(5, initializer('b', [units])),
    message(11, value('x', [rows, units])),
    message(12, value('y', [rows, units])),
  ];
  // ir_version 8 and opset 13 are read by every runtime of the last years.
  return Buffer.concat([
    integer(1, 8),
    text(2, 'onpar bench'),
    message(7, graph),
    message(8, [text(1, ''), integer(2, 13)]),
  ]);
}

/** Small distinct weights; their values do not matter, only that none is denormal, which some CPUs compute slowly. */
function initializer(name, dims) {
  const data = Float32Array.from(
    { length: dims.reduce((product, axis) => product * axis, 1) },
    (_, index) => ((index % 7) - 3) / 8,
  );
  return [
    ...dims.map((axis) => integer(1, axis)),
    integer(2, float32),
    text(8, name),
    bytes(9, Buffer.from(data.buffer)),
  ];
}

const value = (name, dims) => [
  text(1, name),
  message(2, [
    message(1, [
      integer(1, float32),
      message(
        2,
        dims.map((axis) => message(1, [integer(1, axis)])),
      ),
    ]),
  ]),
];

const message = (field, parts) => bytes(field, Buffer.concat(parts.flat()));
const text = (field, content) => bytes(field, Buffer.from(content));
const bytes = (field, content) => Buffer.concat([varint((field << 3) | 2), varint(content.length), content]);
const integer = (field, content) => Buffer.concat([varint(field << 3), varint(content)]);

function varint(number) {
  const groups = [];
  for (let rest = number; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...groups, rest]);
    groups.push((rest % 128) | 128);
  }
}
