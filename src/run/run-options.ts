/** What a run is started with. */
import type { BrokerOptions } from '../broker/options.ts';
import type { Project } from '../cases/project.ts';
import type { PairingOptions } from './pairings.ts';

export interface RunOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly broker: Omit<BrokerOptions, 'deadline'>;
  /** Leaves out what a command line does not ask for; absent for the suite. */
  readonly narrow?: (project: Project) => Project;
  /** Judges steady latency by pairs with the version before; absent for a picture. */
  readonly pairing?: Pick<PairingOptions, 'tell'>;
}
