import { afterEach, describe, expect, test, vi } from 'vitest';
import { affordable } from '../../../src/diff/images.ts';

describe('images of a diff', () => {
  afterEach(() => void vi.useRealTimers());

  /** Sides that need so many milliseconds an image, and `opening` before the first one. */
  function sides(perImage: number, opening = 0): { take: (images: number) => Promise<void>; asked: number[] } {
    vi.useFakeTimers({ toFake: ['performance'] });
    const asked: number[] = [];
    const take = async (images: number): Promise<void> => {
      vi.advanceTimersByTime((asked.length === 0 ? opening : 0) + images * perImage);
      asked.push(images);
    };
    return { take, asked };
  }

  test.each([
    [10_000, 0.49, 10_000],
    [10_000, 0.51, 1_000],
    [5_000, 0.98, 5_000],
    [5_000, 1.02, 1_000],
  ])('%i at %f ms each: %i', async (images, perImage, expected) => {
    expect(await affordable(images, sides(perImage).take)).toBe(expected);
  });

  test('opening and compiling do not count', async () => {
    const { take, asked } = sides(0.1, 60_000);
    expect(await affordable(10_000, take)).toBe(10_000);
    expect(asked).toEqual([100, 100]);
  });

  test('few are not tried first', async () => {
    const { take, asked } = sides(1e6);
    expect(await affordable(1_000, take)).toBe(1_000);
    expect(asked).toEqual([]);
  });
});
