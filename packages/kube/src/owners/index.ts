export * from './built-in.ts';
export * from './collect.ts';
export * from './graph.ts';
export * from './jobs.ts';
export * from './remakes.ts';
