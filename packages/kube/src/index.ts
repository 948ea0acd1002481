export * from './bodies/index.ts';
export * from './delete-options.ts';
export * from './errors.ts';
export * from './objects.ts';
export * from './patches/index.ts';
export * from './request-path.ts';
export * from './schema/index.ts';
export * from './selectors.ts';
