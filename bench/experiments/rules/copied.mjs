/** Measured times that agree to every printed digit between models or systems were copied, unless chance explains it. */
import { digitsOf, groupsOf, numbersOf, pairsOf } from '../cells.mjs';
import { doubt } from './rule.mjs';

/** One honest table in a hundred may be accused; that is shared by all its rows and columns. */
const chance = 0.01;

export const rule = {
  id: 'copied figure',
  about: 'the same time to every digit in rows of different models or systems',
  find(table) {
    const times = numbersOf(table, 'time').filter(({ value }) => value > 0);
    const families = [
      // Times of several models easily lie a decade apart, those of one model's systems may be near each other.
      ...groupsOf(times, ({ system, unit }) => `${system}\0${unit}`).map((cells) => family(cells, 'model', 10)),
      ...groupsOf(times, ({ model, unit }) => `${model}\0${unit}`).map((cells) => family(cells, 'systemName', 1.1)),
    ].filter(({ pairs }) => pairs.length > 0);
    return families.flatMap(({ pairs, differ, spread }) =>
      pairs
        .filter(([a, b]) => a.text === b.text && coincidence(a, spread) * pairs.length * families.length < chance)
        .map(([a, b]) => told(a, b, differ)),
    );
  },
};

/** Only what could have differed counts: two statistics of one system may be those of one call. */
const family = (cells, differ, spread) => ({
  pairs: pairsOf(cells).filter(([a, b]) => a[differ] !== b[differ]),
  differ,
  spread,
});

/** The chance that two times, each anywhere within the spread on a log scale, print as the same digits. */
const coincidence = ({ text }, spread) =>
  1 / (Number(text.replace(/e.*$/, '').replace('.', '')) || 1) / Math.log(spread);

const told = (a, b, differ) =>
  doubt(
    [a, b],
    `${a.text} ${a.unit} stands for both ${a[differ]} and ${b[differ]}, equal in all ${digitsOf(a.text)} digits: two measurements do not agree like that.`,
    'the samples of both, or measuring the two again',
  );
