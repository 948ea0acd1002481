import { currentRoot, keepRoot } from '../verify/trust/store.ts';
import { checked, type RenewRootInput, renewRootInput } from './input.ts';
import type { RenewedRoot, Root } from './outcome.ts';

const DAY = 86_400_000;

/** Which trust root is in use, and how old it is. @throws ToolcribError `damaged` */
export async function rootInUse(now: number = Date.now()): Promise<Root> {
  const { origin, asOf, sha256 } = await currentRoot();
  return { origin, asOf, ageDays: Math.floor((now - Date.parse(asOf)) / DAY), sha256 };
}

/**
 * Renews it over TUF. Needs the network.
 * @throws ToolcribError `unreachable` or `unverifiable`; nothing is changed then
 */
export async function renewRoot(asked: RenewRootInput = {}, now: number = Date.now()): Promise<RenewedRoot> {
  const { mirror, root } = checked(renewRootInput, asked);
  // TUF's client costs more to load than all else here.
  const { updateRoot } = await import('../verify/trust/update.ts');
  const stored = await updateRoot({
    now: new Date(now),
    ...(mirror !== undefined && { mirror }),
    ...(root !== undefined && { rootPath: root }),
  });
  return { kept: await keepRoot(stored), asOf: stored.asOf };
}
