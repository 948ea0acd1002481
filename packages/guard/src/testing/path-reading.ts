import { createHash } from 'node:crypto';
import { pathMutant } from './path-mutants.ts';
import { Random } from './random.ts';

/** The recorded mutants: the same seed makes the same ones. */
export const SEED = 65;
export const RECORDED = 65_536;

/** What a path names; nothing where it is no object of the API. */
export interface PathReading {
  group: string;
  resource: string;
  namespace: string;
  name: string;
  /** Its first segment: what an authorizer sees, and the handler of custom resources goes by. */
  subresource: string;
}

export function mutants(count: number, seed = SEED): string[] {
  const random = new Random(seed);
  return Array.from({ length: count }, () => pathMutant(random));
}

/** Two bytes for a reading; 0 where the server refuses the path before it reads it. */
export function codeOf(reading: PathReading | 'none' | 'refused'): number {
  if (reading === 'refused') return 0;
  const text =
    reading === 'none'
      ? 'none'
      : JSON.stringify([
          reading.group,
          reading.resource,
          reading.namespace,
          reading.name,
          reading.subresource,
        ]);
  return (createHash('sha256').update(text).digest().readUInt16BE() % 65_535) + 1;
}
