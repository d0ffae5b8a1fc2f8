/** What a case names, looked up: its model, artifact and backend. */
import type { Backend } from '../backends/backend.ts';
import type { Case } from '../cases/case.ts';
import { backendOf, modelOf } from '../cases/project.ts';
import type { Project } from '../cases/project.ts';
import type { Artifact, Model } from '../models/card.ts';

export interface Subject {
  readonly model: Model;
  readonly artifact: Artifact;
  readonly artifactId: string;
  readonly backend: Backend;
}

/** Metrics share measurements: load, first and latency come from the same processes, parity and memory from the same answers. */
export const nameOf = (kind: string, { model, artifact, backend, threads }: Case): string =>
  [kind, model, artifact, backend, threads].join(' ');

/** A case without backend (size) gets any: it is not run. */
export function subjectOf(
  project: Project,
  { model: modelId, artifact: artifactId, backend: backendId }: Case,
): Subject {
  const model = modelOf(project, modelId);
  const artifact = model.card.artifacts[artifactId];
  if (artifact === undefined) throw new Error(`model ${modelId} has no artifact ${artifactId}`);
  const [any] = project.backends;
  const backend = backendId === null ? any : backendOf(project, backendId);
  if (backend === undefined) throw new Error('no backend');
  return { model, artifact, artifactId, backend };
}
