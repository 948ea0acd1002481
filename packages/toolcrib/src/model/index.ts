// rule.ts and yaml-file.ts are imported by their own paths: they bring CEL and YAML, which most commands never need.
export * from './act.ts';
export * from './cluster-identity.ts';
export * from './decision.ts';
export * from './effect.ts';
export * from './errors.ts';
export * from './evidence.ts';
export * from './journal.ts';
export * from './label.ts';
export * from './marks.ts';
export * from './ports.ts';
export * from './radius.ts';
export * from './self-test.ts';
export * from './snapshot.ts';
export * from './taken.ts';
export * from './tool.ts';
export * from './verdict.ts';
export * from './wrapped.ts';
