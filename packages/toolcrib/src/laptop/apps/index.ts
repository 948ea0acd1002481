import type { App } from './app.ts';
import { headlamp } from './headlamp.ts';
import { k9s } from './k9s.ts';
import { freelens, lens, openlens } from './lens.ts';
import { octant } from './octant.ts';

export type { App, Place } from './app.ts';

/** All that is known. */
export const apps: readonly App[] = [lens, openlens, freelens, headlamp, octant, k9s];
