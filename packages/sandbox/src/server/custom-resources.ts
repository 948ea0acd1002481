import type { Schema } from '@toolcrib/kube';
import type { GroupVersionResources } from '../schema/resources.ts';
import { BUILT_IN } from '../schema/resources.ts';

/** What is served at this moment: the built-in groups and those of established CustomResourceDefinitions. */
export interface CustomResources {
  groups(): GroupVersionResources[];
  /** Schemas of custom resources by `group/version/kind`. */
  schemas(): ReadonlyMap<string, Schema>;
  stop(): void;
}

export function serveCustomResources(): CustomResources {
  return { groups: () => BUILT_IN, schemas: () => new Map(), stop: () => {} };
}
