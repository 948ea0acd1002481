import type { As } from '@toolcrib/model';
import { type Discovered, discover, type Fetch } from './discovery.ts';

const DISCOVERY_LIFE = 60_000;

/**
 * What a cluster serves, remembered for a minute, for each person by himself.
 * @param fetch as a person
 * @param now milliseconds, of any epoch, never backwards
 */
export function rememberedDiscovery(
  fetch: (path: string, accept: string, as?: As) => ReturnType<Fetch>,
  now: () => number,
) {
  const discoveries = new Map<string, { at: number; found: Promise<Discovered> }>();
  const anew = new Map<string, Promise<Discovered>>();

  function resources(as?: As, life = DISCOVERY_LIFE): Promise<Discovered> {
    const key = JSON.stringify(Object.entries(as ?? {}).sort());
    const known = discoveries.get(key);
    if (known && now() - known.at < life) return known.found;
    const found = discover((path, accept) => fetch(path, accept, as));
    const entry = { at: now(), found };
    discoveries.set(key, entry);
    // A failure is not remembered.
    found.catch(() => {
      if (discoveries.get(key) === entry) discoveries.delete(key);
    });
    return found;
  }

  /**
   * Discovery that begins after this call: one that is under way may have passed by where something new stands. Whoever
   * asks meanwhile shares the next one.
   */
  function resourcesAnew(as?: As): Promise<Discovered> {
    const key = JSON.stringify(Object.entries(as ?? {}).sort());
    const waiting = anew.get(key);
    if (waiting) return waiting;
    const underWay = discoveries.get(key)?.found.catch(() => undefined) ?? Promise.resolve();
    const found = underWay.then(() => {
      anew.delete(key);
      return resources(as, 0);
    });
    anew.set(key, found);
    return found;
  }

  return { resources, resourcesAnew };
}
