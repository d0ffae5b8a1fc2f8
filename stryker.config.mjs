/** Mutation tests of the code that decides: comparison, statistics, verdicts, metrics, what moved in a diff, and the pure part of baselines. */
export default {
  testRunner: 'vitest',
  vitest: { configFile: 'vitest.stryker.config.ts' },
  mutate: [
    'src/{compare,stats,judge,metrics}/**/*.ts',
    'src/baselines/{bless,changes,render,fingerprint,isa}.ts',
    'src/diff/{moves,decided}.ts',
    '!src/compare/comparison.ts',
    '!src/compare/kernel-code.ts',
  ],
  coverageAnalysis: 'perTest',
  ignoreStatic: true,
  // Simulations in the specs of statistics are slow once their loops are instrumented.
  dryRunTimeoutMinutes: 20,
  reporters: ['clear-text', 'progress'],
  thresholds: { high: 95, low: 90, break: 85 },
  tempDirName: '.stryker-tmp',
};
