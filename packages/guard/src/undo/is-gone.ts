import type { ResourceInfo } from '@toolcrib/kube';
import { ToolcribError } from '@toolcrib/model';
import type { Run } from './running.ts';
import { waitFor } from './wait.ts';

/** How long may be waited without a word. */
const SILENT_MS = 2_000;

/**
 * Waits until an object is gone, or another one stands under its name.
 * @param what its name, for who is told that it is waited for
 * @returns false where it still stands after all that may be waited
 */
export async function isGone(
  run: Run,
  info: ResourceInfo,
  at: { namespace?: string; name: string },
  uid: string,
  what: string,
): Promise<boolean> {
  const { now, limit } = run.waiting;
  const begun = now();
  let told = false;
  try {
    return await waitFor(run.waiting, '', async () => {
      if ((await run.cluster.get(info, at, run.as))?.metadata.uid !== uid) return true;
      if (!told && now() - begun > SILENT_MS) {
        told = true;
        run.tell(`${what} is still on its way out: waiting for it, up to ${Math.round(limit / 1000)} s`);
      }
      return false;
    });
  } catch (error) {
    if (error instanceof ToolcribError && error.code === 'limit') return false;
    throw error;
  }
}
