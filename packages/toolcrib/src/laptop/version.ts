import { shipped } from './shipped.ts';

/** Of this package, as published. */
export const version: string = JSON.parse(shipped('package.json')).version;
