/** Two rounded percentages that agree do not make two models agree: right and wrong answers may have changed places. */
import { cellsOf, groupsOf } from '../cells.mjs';
import { doubt } from './rule.mjs';

export const rule = {
  id: 'identical accuracy',
  about: 'accuracies called equal from rounded percentages, without the predictions that flipped',
  find(table) {
    const cells = cellsOf(table);
    const counted = new Set(cells.filter(({ quantity }) => quantity === 'flips').map(({ model }) => model));
    const open = cells.filter(({ quantity, model }) => quantity === 'accuracy' && !counted.has(model));
    return groupsOf(open, ({ model, row, text }) => `${model}\0${row}\0${text}`)
      .filter((same) => new Set(same.map(({ system }) => system)).size > 1)
      .map((same) =>
        doubt(
          same,
          `${same[0].model}: accuracy ${same[0].text}${same[0].unit === '%' && same[0].text !== 'identical' ? ' %' : ''} for ${same.map(({ systemName }) => systemName).join(' and ')}. Equal rounded accuracy can hide flipped predictions.`,
          'the number of images, the count of right answers, and the predictions that differ',
        ),
      );
  },
};
