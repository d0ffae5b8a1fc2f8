/**
 * The Vite plugin that a project's vitest.config.ts names: `plugins: [onpar()]`. It adds onpar's reporter (also where the command
 * line chose other reporters: without it nothing would gate) and refuses pools in which a native runtime takes Vitest down.
 */
import { configDefaults } from 'vitest/config';
import type { Plugin } from 'vitest/config';
import type { Vitest } from 'vitest/node';
import { OnparReporter } from './reporter.ts';

/**
 * None (0 in Vitest): a test waits while others measure, as long as they need, and only the worker's own deadlines know who hangs. The
 * plan at a spec's top level needs no such word: Vitest 4 collects without a limit.
 */
const unlimited = { testTimeout: 0, hookTimeout: 0 };

/** Checkouts of base versions lie there: their specs are not this project's. */
const exclude = [...configDefaults.exclude, '**/.onpar/**'];

/** The global `expect` of concurrent tests does not know whose verdict it hands on. */
const sequence = { concurrent: false };

const equipped = new WeakMap<Vitest, OnparReporter>();

export function onpar(): Plugin {
  return {
    name: 'onpar',
    config: () => ({ test: { pool: 'forks', exclude, sequence, ...unlimited } }),
    configureVitest({ vitest, project }) {
      if (project.config.pool !== 'forks') {
        throw new Error(
          `onpar needs pool 'forks', project ${project.name} has '${String(project.config.pool)}': a runtime that aborts in a thread takes Vitest down`,
        );
      }
      if (vitest.config.sequence.concurrent)
        throw new Error(
          'onpar needs sequence.concurrent off: concurrent tests share one expect, which mixes up verdicts',
        );
      // Called once a project; a run has one reporter.
      const reporter = equipped.get(vitest) ?? new OnparReporter();
      reporter.serves(project.config.root);
      if (equipped.has(vitest)) return;
      equipped.set(vitest, reporter);
      vitest.config.reporters.push(reporter as never);
    },
  };
}
