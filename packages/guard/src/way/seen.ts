// Step: radius
import type { Radius, Softening } from '@toolcrib/model';

/** What was seen of a request's radius. */
export interface Seen {
  radius: Radius;
  /** Of this request alone, where the radius is that of all that its act will go through. */
  own?: Radius;
  /** Only for one deleted object. */
  softening?: Softening;
  /** Pods that a softened act left running use something of it: who what. */
  needed?: string;
  /** Where several go: which version of each was looked at, by UID. */
  versions?: ReadonlyMap<string, string | undefined>;
}

/** So long a look is good for the rest of its act. Milliseconds. */
export const REMEMBERED = 5_000;
