import type { z } from 'zod';
import { FILE_FACTS } from './files.ts';
import { GIT_FACTS } from './git.ts';
import { NPM_FACTS } from './npm.ts';
import { RELEASE_FACTS } from './release.ts';

/**
 * Every type of fact with the schema of its value. A source may only make facts of these types, a criterion may
 * only ask for these, and a pack holding another is refused. To add one: a schema in a file beside this, one line
 * here.
 */
export const FACTS = {
  ...GIT_FACTS,
  ...NPM_FACTS,
  ...FILE_FACTS,
  ...RELEASE_FACTS,
} as const satisfies Record<string, z.ZodType>;

export type FactType = keyof typeof FACTS;
export type FactValue<T extends FactType> = z.infer<(typeof FACTS)[T]>;

export function isFactType(type: string): type is FactType {
  return Object.hasOwn(FACTS, type);
}
