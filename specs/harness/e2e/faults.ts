/** Faults that no hash can show once the card is brought up to date: of one export, or of the labels. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { convolutionWeights, negateLargest } from './negate.ts';

/** Every weight of the first convolution of an INT8 file turns its sign. */
export function negateQuantized(path: string): void {
  const bytes = readFileSync(path);
  const { start, length } = convolutionWeights(bytes);
  for (let offset = start; offset < start + length; offset += 1) bytes.writeInt8(-bytes.readInt8(offset), offset);
  writeFileSync(path, bytes);
}

/** As if this export had divided its inputs by another deviation: the kernel of its first layer is so many times as large. */
export const scaleFirstKernel = (folder: string, factor: number): void =>
  changeFirstKernel(folder, (bytes, { start, length }) => {
    for (let offset = start; offset < start + length; offset += 4)
      bytes.writeFloatLE(factor * bytes.readFloatLE(offset), offset);
  });

/** The largest weight of the first layer of a TF.js model turns its sign. */
export const negateLayersWeight = (folder: string): void => changeFirstKernel(folder, negateLargest);

function changeFirstKernel(
  folder: string,
  change: (bytes: Buffer, part: { start: number; length: number }) => void,
): void {
  const { weightsManifest } = JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8'));
  const [{ paths, weights }] = weightsManifest;
  const path = join(folder, paths[0]);
  const bytes = readFileSync(path);
  const count = weights[0].shape.reduce((product: number, axis: number) => product * axis, 1);
  change(bytes, { start: 0, length: 4 * count });
  writeFileSync(path, bytes);
}

/** Labels of a file in IDX that were written in the opposite order of classes. */
export function reverseLabels(path: string, classes: number): void {
  const bytes = readFileSync(path);
  for (let offset = 8; offset < bytes.length; offset += 1) bytes[offset] = classes - 1 - bytes[offset]!;
  writeFileSync(path, bytes);
}
