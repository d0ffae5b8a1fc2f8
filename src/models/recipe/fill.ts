/** Writes a filled graph piece by piece: no more of it is in memory than one chunk, whatever its size. */
import { open, readFile } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { BadInput } from '../../schema/bad-input.ts';
import { piecesOf, sizeOf } from './graph.ts';
import type { Hole, Piece } from './graph.ts';
import { drawOf } from './weights.ts';

/** Values drawn at a time: 4 MiB. */
const chunk = 1 << 20;

/** Throws BadInput where the graph cannot be filled. */
export async function fillGraph(graph: string, seed: number, target: string): Promise<void> {
  const pieces = await readPieces(graph);
  const file = await open(target, 'wx');
  const buffer = new Float32Array(Math.min(chunk, sizeOf(pieces)));
  try {
    for (const piece of pieces)
      await (piece instanceof Uint8Array ? writeAll(file, piece) : fillHole(file, piece, seed, buffer));
  } finally {
    await file.close();
  }
}

async function readPieces(graph: string): Promise<readonly Piece[]> {
  try {
    return piecesOf(await readFile(graph));
  } catch (error) {
    const what = `cannot be filled: ${(error as Error).message}`;
    throw new BadInput({ what, where: graph, fix: 'make it again with fixtures/build, or as CONTRIBUTING says' });
  }
}

async function fillHole(file: FileHandle, hole: Hole, seed: number, buffer: Float32Array): Promise<void> {
  const draw = drawOf(seed, hole.name, hole);
  for (let start = 0; start < hole.count; start += buffer.length) {
    const part = buffer.subarray(0, Math.min(buffer.length, hole.count - start));
    draw(part, start);
    await writeAll(file, new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
  }
}

/** One write may take less than all, such as where the disk fills up. */
async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.byteLength;) at += (await file.write(bytes, at)).bytesWritten;
}
