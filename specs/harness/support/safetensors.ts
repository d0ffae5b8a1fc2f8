/** Writes .safetensors by hand: https://github.com/huggingface/safetensors#format */
export function safetensors(
  tensors: Readonly<Record<string, { dims: readonly number[]; values: readonly number[] }>>,
): Buffer {
  const bodies = Object.values(tensors).map(({ values }) => Buffer.from(Float32Array.from(values).buffer));
  const ends = bodies.map((_, index) => Buffer.concat(bodies.slice(0, index + 1)).length);
  const entries = Object.entries(tensors).map(([name, { dims }], index) => [
    name,
    { dtype: 'F32', shape: dims, data_offsets: [ends[index - 1] ?? 0, ends[index]] },
  ]);
  const header = Buffer.from(JSON.stringify({ __metadata__: { format: 'pt' }, ...Object.fromEntries(entries) }));
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([size, header, ...bodies]);
}
