import { readFileSync } from 'node:fs';

/** Of this package, as published. The file stands two folders up in the sources and in the built form alike. */
export const version: string = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
).version;
