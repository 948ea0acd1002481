// rule.ts and yaml-file.ts are imported by their own paths: they bring CEL and YAML, which most commands never need. So
// are the schemas of the records, which bring zod: from here come their types alone.

export * from './answered.ts';
export * from './certain.ts';
export * from './child-environment.ts';
export * from './cluster-identity.ts';
export * from './comeback.ts';
export * from './commands.ts';
export * from './errors.ts';
export * from './evidence.ts';
export * from './hold.ts';
export type * from './journal.ts';
export * from './label.ts';
export * from './marks.ts';
export * from './mode.ts';
export * from './name-text.ts';
export * from './near.ts';
export * from './pass-over.ts';
export * from './ports.ts';
export type * from './records/act.ts';
export type * from './records/decision.ts';
export type * from './records/effect.ts';
export type * from './records/hold.ts';
export type * from './records/kinds.ts';
export type * from './records/radius.ts';
export type * from './records/request.ts';
export type * from './records/snapshot.ts';
export type * from './records/soften.ts';
export type * from './records/undo.ts';
export type { As } from './records/words.ts';
export * from './release-record.ts';
export * from './self-test.ts';
export * from './served.ts';
export * from './tool.ts';
export * from './uncounted-radius.ts';
export * from './unsure.ts';
export * from './verdict.ts';
export * from './wrapped.ts';
