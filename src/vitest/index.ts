/** What specs import: `import { describe, expect, measure, plannedCases, test } from 'onpar/vitest'`. */
import './matchers.ts';

export { describe, expect, test } from 'vitest';
export { measure, metricsOf, plannedCases } from './connection.ts';
export type { Case } from '../cases/case.ts';
export type { Answer } from '../run/answer.ts';
