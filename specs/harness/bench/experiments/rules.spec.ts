/** Rules that find faults in a table: each red on its fault, silent on an honest table, and all of them on the published ones. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomFrom } from '../../../../src/stats/random.ts';
import { bench } from '../../support/bench.ts';
import { changed, honest, rowOf, unsay, type Table } from './tables.ts';

const { findingsOf, rules } = await bench('experiments/rules/all.mjs');
const { readTable, letters } = await bench('experiments/tables.mjs');
const { cellsOf, conditions, rounded, digitsOf } = await bench('experiments/cells.mjs');

interface Found {
  readonly rule: string;
  readonly kind: string;
  readonly cells: string[];
  readonly sentence: string;
}

const found = (table: unknown, rule?: string): Found[] =>
  findingsOf(table).filter((finding: Found) => rule === undefined || finding.rule === rule);
const sentences = (table: unknown, rule: string): string =>
  found(table, rule)
    .map(({ sentence }) => sentence)
    .join('\n');

describe('an honest table', () => {
  it('draws no finding at all', () => {
    expect(found(honest())).toEqual([]);
  });

  it('stays without a doubt whatever its times are, as long as bigger batches take longer in proportion', () => {
    const times = fc.record({
      ort: fc.double({ min: 34, max: 90, noNaN: true }),
      js: fc.double({ min: 95, max: 5e3, noNaN: true }),
    });
    fc.assert(
      fc.property(times, fc.double({ min: 0.7, max: 1.3, noNaN: true }), ({ ort, js }, batching) => {
        const table = changed(({ rows, gains }) => {
          gains.length = 0;
          for (const row of rows.filter(({ label }) => label.startsWith('steady'))) {
            const batch = Number(row.conditions?.['batch']);
            const at = (one: number): string => String(batch === 1 ? one : one * batch * batching);
            row.values = { ort: at(ort), js: at(js), int8: at(ort * 0.61) };
          }
        });
        expect(found(table)).toEqual([]);
      }),
      { seed: 11 },
    );
  });

  it('is accused of copying in at most one of a hundred tables of four printed digits', () => {
    const random = randomFrom(3);
    const draw = (): string => (10 ** (4 * random())).toPrecision(4);
    const systems = Array.from({ length: 5 }, (_, at) => ({ id: `s${at}`, name: `S${at}` }));
    const tables = Array.from({ length: 1500 }, (): Table => ({
      models: [],
      systems,
      gains: [],
      rows: Array.from({ length: 6 }, (_, model) => ({
        label: 'time',
        model: `m${model}`,
        quantity: 'time',
        unit: 'ms',
        values: Object.fromEntries(systems.map(({ id }) => [id, draw()])),
      })),
    }));
    expect(tables.filter((table) => found(table, 'copied figure').length > 0).length).toBeLessThanOrEqual(15);
  });
});

/** One change to the honest table, and the words by which the rule must name it. */
const faults: readonly [rule: string, what: string, change: (table: Table) => void, says: RegExp][] = [
  [
    'copied figure',
    'one time stands in two columns',
    (table) => {
      rowOf(table, 'steady, batch 8').values['js'] = '310.6512';
      rowOf(table, 'steady, batch 8').values['ort'] = '310.6512';
    },
    /310\.6512 ms stands for both ORT and JS, equal in all 7 digits/,
  ],
  [
    'size of the model',
    'a size of another architecture',
    (table) => (rowOf(table, 'size').values['ort'] = '338.14'),
    /It is the size of ConvNeXt-Base/,
  ],
  [
    'size of the model',
    'a size of another head',
    (table) => (rowOf(table, 'size').values['ort'] = '81.40'),
    /a head of 100 classes gives 81\.39 MiB/,
  ],
  [
    'size of the model',
    'a size of nothing known',
    (table) => (rowOf(table, 'size').values['js'] = '141.3'),
    /141\.3 MiB, which fits no model known here/,
  ],
  [
    'more than the model',
    'two copies of the weights',
    (table) => (rowOf(table, 'size').values['js'] = '166.5'),
    /JS counts 166\.5 MiB .* 2\.0x/,
  ],
  [
    'more than the model',
    'the weights with two moments',
    (table) => (rowOf(table, 'size').values['js'] = '249.6'),
    /3\.0x/,
  ],
  [
    'timing fault',
    'nobody says how threads were set',
    (table) => unsay(table, 'threads'),
    /JS 4411 ms against ORT 41\.27 ms, 107x/,
  ],
  [
    'faster than arithmetic',
    'a result before it can be there',
    (table) => (rowOf(table, 'steady, batch 1').values['ort'] = '4.81'),
    /761 thousand million multiply-adds a second on 1 thread/,
  ],
  [
    'asynchronous timing',
    'a GPU without synchronization',
    (table) => {
      for (const { conditions: own } of table.systems) own!['device'] = 'gpu';
      unsay(table, 'synchronized');
    },
    /ORT runs on a GPU, and whether the clock waited for the device is not said: its 4 times/,
  ],
  [
    'unlike with like',
    'CPU beside GPU',
    (table) => (table.systems[1]!.conditions!['device'] = 'gpu'),
    /the device differs \(ORT cpu, JS gpu, INT8 cpu\)/,
  ],
  [
    'unlike with like',
    'other threads',
    (table) => (table.systems[1]!.conditions!['threads'] = '8'),
    /the threads differ/,
  ],
  [
    'unlike with like',
    'float16 beside float32, neither of them the parent',
    (table) => (table.systems[1]!.conditions!['dtype'] = 'float16'),
    /the dtype differs/,
  ],
  [
    'unlike with like',
    'other images',
    (table) => {
      delete rowOf(table, 'accuracy').conditions;
      table.systems[0]!.conditions!['images'] = '10000';
      table.systems[1]!.conditions!['images'] = '1000';
    },
    /the images differ/,
  ],
  [
    'unlike with like',
    'load beside steady',
    (table) => {
      const { conditions: own } = rowOf(table, 'load');
      delete own!['phase'];
      table.systems[0]!.conditions!['phase'] = 'load';
      table.systems[1]!.conditions!['phase'] = 'steady';
    },
    /the phase differs \(ORT load, JS steady/,
  ],
  [
    'unlike with like',
    'another batch size',
    (table) => {
      delete rowOf(table, 'steady, batch 1').conditions!['batch'];
      table.systems[0]!.conditions!['batch'] = '1';
      table.systems[1]!.conditions!['batch'] = '8';
    },
    /the batch differs/,
  ],
  [
    'unlike with like',
    'seconds beside milliseconds',
    (table) => (rowOf(table, 'load').unit = 's'),
    /times in s and in ms/,
  ],
  [
    'identical accuracy',
    'equal percentages, nobody counted flips',
    (table) => (table.rows = table.rows.filter(({ quantity }) => quantity !== 'flips')),
    /accuracy 73\.31 % for ORT and JS/,
  ],
  [
    'quantized for nothing',
    'slower than its parent',
    (table) => (rowOf(table, 'steady, batch 1').values['int8'] = '48.02'),
    /INT8 48\.02 ms against 41\.27 ms of ORT, 1\.16x/,
  ],
  [
    'quantized for nothing',
    'halved, and slower than its parent',
    (table) => {
      table.systems.find(({ id }) => id === 'int8')!.conditions!['dtype'] = 'float16';
      rowOf(table, 'steady, batch 1').values['int8'] = '48.02';
    },
    /INT8 48\.02 ms against 41\.27 ms of ORT, 1\.16x: halving gains nothing here/,
  ],
  [
    'quantized for nothing',
    'as big as its parent',
    (table) => (rowOf(table, 'size').values['int8'] = '83.02'),
    /INT8 83\.02 MiB against 83\.19 MiB of ORT/,
  ],
  [
    'gain that does not follow',
    'a gain of nowhere',
    (table) => (table.gains[0]!.says = '2.5x'),
    /is said to gain 2\.5x .* 1\.7 to 1\.7x/,
  ],
  [
    'gain that does not follow',
    'times written as percent',
    (table) => (table.gains[0] = { ...table.gains[0]!, says: '67.7 %', as: 'percent less' }),
    /it would be right as percent faster/,
  ],
  [
    'two values',
    'one system measured twice',
    (table) => table.rows.push({ ...rowOf(table, 'steady, batch 1'), label: 'again', values: { ort: '15.31' } }),
    /ORT takes 41\.27 ms \(steady, batch 1\) and 15\.31 ms \(again\), 2\.7x apart/,
  ],
  [
    'two values',
    'two statistics that tell two stories',
    (table) => {
      const row = rowOf(table, 'steady, batch 1');
      table.rows.push({
        ...row,
        label: 'mean',
        conditions: { ...row.conditions, statistic: 'mean' },
        values: { ort: '42.01', int8: '41.02' },
      });
    },
    /INT8 is 1\.68x as fast as ORT by steady, batch 1, and 1\.02x by mean/,
  ],
  [
    'sweep without memory',
    'nobody looked at memory',
    (table) => (table.rows = table.rows.filter(({ quantity }) => quantity !== 'memory')),
    /ORT and JS and INT8 at 3 batch sizes, and no peak memory/,
  ],
  [
    'sweep without memory',
    'a cliff',
    (table) => (rowOf(table, 'steady, batch 32').values['ort'] = '49900'),
    /310\.6 ms at batch 8 and 49900 ms at 32, 161x the time for 4\.0x the work/,
  ],
];

describe('each rule', () => {
  it.each(faults)('%s: %s', (rule, _, change, says) => {
    expect(sentences(changed(change), rule)).toMatch(says);
  });

  it('has a fault that it is proved on, and says what would settle it', () => {
    expect([...new Set(faults.map(([rule]) => rule))].toSorted()).toEqual(rules.map(({ id }: any) => id).toSorted());
    for (const [, , change] of faults)
      for (const finding of findingsOf(changed(change))) {
        expect(finding.settle).not.toBe('');
        expect(finding.cells.length).toBeGreaterThan(0);
      }
  });

  it('tells a fact about the model from a doubt about the table', () => {
    const slow = changed((table) => (rowOf(table, 'steady, batch 1').values['int8'] = '41.90'));
    slow.gains.length = 0;
    expect(found(slow).map(({ kind }) => kind)).toEqual(['fact']);
    const cliff = changed((table) => (rowOf(table, 'steady, batch 32').values['ort'] = '49900'));
    expect(found(cliff, 'sweep without memory').map(({ kind }) => kind)).toEqual(['fact']);
  });

  it('does not depend on the order of rows and systems', () => {
    const keys = (table: unknown): string[] =>
      found(table)
        .map(({ rule, cells }) => `${rule} ${cells.toSorted().join()}`)
        .toSorted();
    for (const letter of letters) {
      const table = readTable(letter);
      const turned = { ...table, rows: table.rows.toReversed(), systems: table.systems.toReversed() };
      // A unit is shown by its first cell, which is another one then.
      const withoutUnits = (list: string[]): string[] =>
        list.filter((key) => !/^unlike with like .*in seconds/.test(key));
      expect(withoutUnits(keys(turned))).toEqual(withoutUnits(keys(table)));
    }
  });
});

describe('greens beside the reds', () => {
  it('three printed digits may agree by chance among many models', () => {
    const values = (text: string): Record<string, string> => ({ s: text });
    const rows = ['1.11', '2.22', '1.11', '3.31', '4.41', '5.51', '6.61', '7.71'].map((text, at) => ({
      label: 'time',
      model: `m${at}`,
      quantity: 'time',
      unit: 'ms',
      values: values(text),
    }));
    expect(found({ models: [], systems: [{ id: 's', name: 'S' }], gains: [], rows }, 'copied figure')).toEqual([]);
  });

  it('equal sizes are no copies', () => {
    expect(found(changed((table) => (rowOf(table, 'size').values['js'] = '83.19')))).toEqual([]);
  });

  it('a decimal megabyte is read as one, and as a mebibyte', () => {
    for (const size of ['87.19', '83.15'])
      expect(
        found(
          changed((table) => {
            rowOf(table, 'size').unit = 'MB';
            rowOf(table, 'size').values = { ort: size };
          }),
        ),
      ).toEqual([]);
  });

  it('unequal accuracies claim nothing', () => {
    const table = changed(({ rows }) => {
      rows.splice(0, rows.length, ...rows.filter(({ quantity }) => quantity !== 'flips'));
      rows[0]!.values = { ort: '73.31', js: '73.30' };
    });
    expect(found(table)).toEqual([]);
  });

  it('a gain that rounding allows follows', () => {
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 9999 }), fc.integer({ min: 100, max: 9999 }), (of, over) => {
        const table = changed(({ rows, gains }) => {
          rows.find(({ label }) => label === 'steady, batch 1')!.values = { ort: String(over), int8: String(of) };
          gains[0]!.says = `${(over / of).toFixed(1)}x`;
        });
        expect(found(table, 'gain that does not follow')).toEqual([]);
      }),
      { seed: 5 },
    );
  });
});

describe('the published tables', () => {
  /** The list at the end of the notes on them, and what the issue adds. */
  const known: readonly [letter: string, rule: string, says: RegExp][] = [
    ['A', 'identical accuracy', /PyTorch eager and ONNX Runtime/],
    ['A', 'sweep without memory', /3 batch sizes/],
    ['B', 'more than the model', /PyTorch counts 21\.02 MB for 2\.6 M/],
    ['B', 'identical accuracy', /62\.99/],
    ['B', 'unlike with like', /ONNX \(CPU\) cpu.*TensorRT gpu/],
    ['B', 'asynchronous timing', /TensorRT/],
    ['C', 'identical accuracy', /63\.14/],
    ['C', 'two values', /6\.86 ms .* 2\.512 ms/],
    ['C', 'two values', /1\.05x .* 3\.3x/],
    ['D', 'copied figure', /0\.000843 s stands for both ResNet-34 and DenseNet-121/],
    ['D', 'size of the model', /ConvNeXt-T is 338\.14 MiB.*109\.06 MiB.*ConvNeXt-Base/],
    ['D', 'size of the model', /ResNet-34 is 81\.40 MiB.*a head of 100 classes/],
    ['D', 'timing fault', /ONNX 91\.29 ms against TorchScript CPU 4\.81 ms/],
    ['D', 'quantized for nothing', /406\.41 ms against 303\.18 ms/],
    ['D', 'unlike with like', /TorchScript CPU cpu, TorchScript GPU gpu/],
    ['D', 'unlike with like', /times in ms and in s/],
    ['D', 'asynchronous timing', /TorchScript GPU/],
    ['E', 'sweep without memory', /no peak memory/],
    ['E', 'sweep without memory', /2\.64 s at batch 32 and 106\.65 s at 64/],
    ['E', 'asynchronous timing', /ONNX Runtime CUDA/],
  ];

  it.each(known)('%s: %s (%s)', (letter, rule, says) => {
    expect(sentences(readTable(letter), rule)).toMatch(says);
  });

  it('are not accused of what is in order', () => {
    expect(found(readTable('B'), 'gain that does not follow')).toEqual([]);
    expect(found(readTable('D'), 'size of the model').map(({ sentence }) => sentence.split(' is ')[0])).toEqual([
      'ConvNeXt-T',
      'ResNet-34',
    ]);
    expect(found(readTable('D'), 'copied figure')).toHaveLength(1);
    expect(sentences(readTable('D'), 'quantized for nothing')).not.toContain('DenseNet-121');
  });

  it.each(letters as string[])('%s states every condition of every cell, or that it is not said', (letter) => {
    const cells = cellsOf(readTable(letter));
    expect(cells.length).toBeGreaterThan(3);
    for (const cell of cells) {
      expect(Object.keys(cell.conditions).toSorted()).toEqual((conditions as string[]).toSorted());
      expect(Object.values(cell.conditions)).not.toContain('');
      expect(cell.unit).not.toBe('');
    }
  });
});

describe('printed numbers', () => {
  it('are as wide as their last digit', () => {
    expect(rounded('3.703').low).toBeCloseTo(3.7025, 6);
    expect(rounded('13')).toEqual({ low: 12.5, high: 13.5 });
    expect(rounded('1.2e-3').high).toBeCloseTo(1.25e-3, 9);
    expect([digitsOf('0.000843'), digitsOf('16.461'), digitsOf('62.90'), digitsOf('1.20e-7')]).toEqual([3, 5, 4, 3]);
  });
});
