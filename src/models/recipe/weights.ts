/**
 * Weights from a counter and a key: the same bytes on every machine, from any place on. Integers until the last step, which rounds
 * once. fixtures/build/filling.py does the same in numpy.
 */
import { createHash } from 'node:crypto';

export interface Distribution {
  readonly centre: number;
  /** Times an integer from -510 to 510 with a deviation of 147.8, the sum of four random bytes: nearly normal. */
  readonly step: number;
}

/** Fills its argument with the weights of one tensor, from the element `start` on. */
export type Draw = (target: Float32Array, start: number) => void;

export function drawOf(seed: number, name: string, { centre, step }: Distribution): Draw {
  const digest = createHash('sha256').update(`${seed}/${name}`).digest();
  const [first, second] = [digest.readUInt32LE(0), digest.readUInt32LE(4)];
  return (target, start) => {
    for (let at = 0; at < target.length; at += 1) {
      // Chris Wellons' lowbias32, with a second key in its middle: https://nullprogram.com/blog/2018/07/31/
      let bits = (first + start + at) | 0;
      bits = Math.imul(bits ^ (bits >>> 16), 0x7feb352d) ^ second;
      bits = Math.imul(bits ^ (bits >>> 15), 0x846ca68b);
      bits ^= bits >>> 16;
      const sum = (bits & 255) + ((bits >>> 8) & 255) + ((bits >>> 16) & 255) + (bits >>> 24) - 510;
      // oxlint-disable-next-line no-param-reassign -- what it is for
      target[at] = centre + step * sum;
    }
  };
}
