export * from './delete-options.ts';
export * from './errors.ts';
export * from './objects.ts';
export * from './request-path.ts';
export * from './selectors.ts';
