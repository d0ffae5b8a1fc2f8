/** Noise of known shape for specs of the paired gate: what a process pair adds to its log ratio, and whole process pairs with it. */
import { normal, type Random } from '../../../src/stats/random.ts';
import type { Block, Pair } from '../../../src/trace/pair.ts';

export type Noise = (random: Random) => number;

/** Student's t with three degrees of freedom, scaled to deviation 1. */
const heavy: Noise = (random) => {
  const squares = normal(random) ** 2 + normal(random) ** 2 + normal(random) ** 2;
  return normal(random) / Math.sqrt(squares);
};

/** Each process lands in one of two modes (memory layout, frequency): the pair sees the difference of two of them. */
const bimodal: Noise = (random) => {
  const process = (): number => (random() < 0.3 ? 1.5 : 0) + 0.2 * normal(random);
  return process() - process();
};

/** One pair in ten is five times as wild. */
const contaminated: Noise = (random) => 0.54 * normal(random) * (random() < 0.1 ? 5 : 1);

/** Deviation 1, symmetric about 0. */
export const noises: Readonly<Record<string, Noise>> = { normal, heavy, bimodal, contaminated };

/** As many log ratios as asked: effect plus noise of this deviation between pairs. */
export const logRatios = (
  count: number,
  { effect, deviation, noise, random }: { effect: number; deviation: number; noise: Noise; random: Random },
): number[] => Array.from({ length: count }, () => Math.log1p(effect) + deviation * noise(random));

export interface Recipe {
  /** Factor of B. */
  readonly factor?: number;
  /** Of every process, as a log. */
  readonly offset?: (random: Random) => number;
  readonly blocks?: number;
  readonly calls?: number;
  /** What happens to one call of an arm, as a factor. */
  readonly call?: (random: Random, arm: 'A' | 'B') => number;
  /** Factor of the machine at this visit of the pair: drift. */
  readonly drift?: (visit: number) => number;
  readonly seconds?: number;
  readonly reference?: (random: Random) => readonly number[];
  readonly order?: (random: Random) => string;
}

/** One process pair, as a recorder would hand it over: every call takes its time and something on top. */
export const drawPair = (random: Random, pair: number, recipe: Recipe = {}): Pair => {
  const { factor = 1, offset = (r) => 0.003 * normal(r), blocks = 10, calls = 6, seconds = 1e-3 } = recipe;
  const { call = added, drift = () => 1, reference = () => [], order = shuffled } = recipe;
  const levels = { A: seconds * Math.exp(offset(random)), B: seconds * factor * Math.exp(offset(random)) };
  let visit = 0;
  const block = (): Block => {
    const arms = order(random);
    return {
      order: arms,
      visits: Array.from(arms, (letter) => {
        const arm = letter as 'A' | 'B';
        const level = levels[arm] * drift(visit++);
        return Array.from({ length: calls }, () => level * call(random, arm));
      }),
      reference: reference(random),
    };
  };
  return { pair, blocks: Array.from({ length: blocks }, block) };
};

export const drawPairs = (random: Random, count: number, recipe: Recipe = {}): Pair[] =>
  Array.from({ length: count }, (_, pair) => drawPair(random, pair, recipe));

/** Noise only ever adds time: a little always, a lot in one call of thirty. */
const added: NonNullable<Recipe['call']> = (random) =>
  1 + 0.01 * -Math.log(1 - random()) + (random() < 1 / 30 ? 0.5 * -Math.log(1 - random()) : 0);

const shuffled = (random: Random): string => (random() < 0.5 ? 'ABBA' : 'BAAB');

/** How often something happens may differ by this much from its chance by luck: four standard errors, one seed in 16,000. */
export const luck = (chance: number, trials: number): number => 4 * Math.sqrt((chance * (1 - chance)) / trials);
