/**
 * The Vite plugin that a project's vitest.config.ts names: `plugins: [onpar()]`. It adds onpar's reporter (also where the command
 * line chose other reporters: without it nothing would gate) and refuses pools in which a native runtime takes Vitest down.
 */
import type { Plugin } from 'vitest/config';
import type { Vitest } from 'vitest/node';
import { OnparReporter } from './reporter.ts';

/** Measurements have deadlines of their own in the worker; a test's timeout only has to be longer than any of them. */
const testTimeout = 15 * 60 * 1e3;

const equipped = new WeakSet<Vitest>();

export function onpar(): Plugin {
  return {
    name: 'onpar',
    config: () => ({ test: { pool: 'forks', testTimeout } }),
    configureVitest({ vitest, project }) {
      if (project.config.pool !== 'forks') {
        throw new Error(
          `onpar needs pool 'forks', project ${project.name} has '${String(project.config.pool)}': a runtime that aborts in a thread takes Vitest down`,
        );
      }
      // Called once a project; a run has one reporter.
      if (equipped.has(vitest)) return;
      equipped.add(vitest);
      vitest.config.reporters.push(new OnparReporter() as never);
    },
  };
}
