import type { As, Cluster } from '@toolcrib/model';
import { ToolcribError } from '@toolcrib/model';

export const away = () => new ToolcribError('unreachable', 'The cluster gave no answer.');
export const busy = (status: number) =>
  new ToolcribError('api', `said ${status}`, { cause: { status, message: 'etcdserver: leader changed' } });

/** A certain no: the API server's own, with its reason. */
export const refused = (status: number, reason: string) =>
  new ToolcribError('api', `said ${status}`, { cause: { status, reason, message: 'no' } });

/** The same cluster, but each call is first shown to `fault`: what that gives is thrown before or after the call. */
export function faulty(
  cluster: Cluster,
  fault: (call: string) => { before?: Error; after?: Error } | undefined,
): Cluster {
  return new Proxy(cluster, {
    get(real, name) {
      const value = Reflect.get(real, name);
      if (typeof value !== 'function') return value;
      return async (...args: unknown[]) => {
        const found = fault(String(name));
        if (found?.before) throw found.before;
        const answer = await Reflect.apply(value, real, args);
        if (found?.after) throw found.after;
        return answer;
      };
    },
  });
}

/**
 * The same cluster, which notes for each call whether it was made as `as`, and then makes it as the administrator: that
 * an API server honours the headers is its own matter.
 */
export function watchingAs(
  cluster: Cluster,
  as: As,
): { cluster: Cluster; otherwise(): string[]; count(): number } {
  const calls: { name: string; same: boolean }[] = [];
  const isAs = (one: unknown) => JSON.stringify(one) === JSON.stringify(as);
  const watched = new Proxy(cluster, {
    get(real, name) {
      const value = Reflect.get(real, name);
      // Which cluster it is, is nobody's right to know but the person's own.
      if (typeof value !== 'function' || name === 'identity') return value;
      return (...args: unknown[]) => {
        const own = args.filter((one) => !isAs(one));
        calls.push({ name: String(name), same: own.length < args.length });
        return Reflect.apply(value, real, own);
      };
    },
  });
  return {
    cluster: watched,
    otherwise: () => calls.filter(({ same }) => !same).map(({ name }) => name),
    count: () => calls.length,
  };
}
