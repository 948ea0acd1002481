export { canRetain, canSoften } from './may-soften.ts';
export { orphanFirst, prepareSoften } from './orphan-first.ts';
export { isPreconditionFailure } from './owner.ts';
export type { SoftenProgress, SoftenRequest, SoftenStep, Timing } from './parts.ts';
export { RESOURCE_OF_KIND } from './parts.ts';
export { onCreate } from './recreate.ts';
export { resume } from './resume.ts';
export type { Retained } from './retain-first.ts';
export { retainFirst, settleRetained } from './retain-first.ts';
