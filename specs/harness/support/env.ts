/** The environment without what CI, Vitest and onpar put there: a child process must behave the same in both places. */
export const cleanEnv = (): Record<string, string | undefined> =>
  Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(CI|GITHUB_.*|VITEST.*|ONPAR_.*|NODE_V8_COVERAGE|NODE_OPTIONS|FORCE_COLOR)$/.test(name),
    ),
  );
