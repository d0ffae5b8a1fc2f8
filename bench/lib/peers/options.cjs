/** The options that onpar's own backend gives, so that both arms run the same kernels on the same threads. */
module.exports = {
  executionProviders: ['cpu'],
  logSeverityLevel: 3,
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
};
