/** The programmatic door: what `npm start` does, for scripts. Specs import from 'onpar/vitest'. */
export { caseId } from './cases/case.ts';
export type { Case } from './cases/case.ts';
export { judgeAnswer } from './run/answer.ts';
export type { Answer, Ruling } from './run/answer.ts';
export { Run } from './run/run.ts';
export type { Report } from './report/report.generated.ts';
export { BadInput } from './schema/bad-input.ts';
