import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { drawOf } from '../../../../src/models/recipe/weights.ts';

const drawn = (count: number, seed = 20, name = 'conv1.weight', start = 0): Float32Array => {
  const values = new Float32Array(count);
  drawOf(seed, name, { centre: 0.25, step: Math.fround(0.001) })(values, start);
  return values;
};

test('weights are the same bytes on every machine, and those of fixtures/build/filling.py', () => {
  // From numpy: filling.draw(20, 'conv1.weight', [1000], 0.25, float(np.float32(0.001)))
  expect(createHash('sha256').update(drawn(1_000)).digest('hex')).toBe(
    '4e07cb3b58e99a951818098796e80847b68d4d21a55dd067e1c5b3e6405e8af3',
  );
});

test('they do not depend on where drawing starts', () => {
  const whole = drawn(1_000);
  expect(drawn(10, 20, 'conv1.weight', 990)).toEqual(whole.subarray(990));
});

test.each([
  ['seed', drawn(100, 21)],
  ['tensor', drawn(100, 20, 'conv2.weight')],
])('another %s has other weights', (_, other) => {
  const same = drawn(100).filter((value, index) => value === other[index]);
  // One of a thousand levels, with most of the weight on some hundreds.
  expect(same.length).toBeLessThan(5);
});

test('a shifted seed is no shifted sequence', () => {
  const [one, other] = [drawn(5_000), drawn(5_000, 21)];
  for (let shift = -20; shift <= 20; shift += 1) {
    const equal = one.filter((value, index) => value === other[index + shift]).length;
    expect(equal).toBeLessThan(50);
  }
});

test('they lie around their centre, as wide as the step says, and are as good as uncorrelated', () => {
  const count = 200_000;
  const scaled = Float64Array.from(drawn(count), (value) => (value - 0.25) / 0.001);
  const mean = scaled.reduce((sum, value) => sum + value, 0) / count;
  const variance = scaled.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count;
  const neighbours = scaled.subarray(1).reduce((sum, value, index) => sum + value * (scaled[index] ?? 0), 0) / count;
  // Five standard errors of each.
  expect(Math.abs(mean)).toBeLessThan((5 * 147.8) / Math.sqrt(count));
  expect(Math.sqrt(variance) / 147.8).toBeCloseTo(1, 2);
  expect(Math.abs(neighbours) / variance).toBeLessThan(5 / Math.sqrt(count));
  expect(scaled.every((value) => Math.abs(value) < 510.001)).toBe(true);
});
