import assert from 'node:assert/strict';
import type { Hold, Journal } from '@toolcrib/model';
import type { AskedRequest, Instruction } from '../../request.ts';
import { type ClusterTarget, put } from '../../testing/target.ts';
import { asked, openWay, policyOf } from '../../testing/way.ts';
import { requestHandler } from '../request-handler.ts';

const RULES = `[{name: named, when: 'effect.name.startsWith("held")', then: hold}]`;
export const AT = '/api/v1/namespaces/default/configmaps';
export const kubectl = (session: string) => ({ 'user-agent': 'kubectl/v1.35.2', 'kubectl-session': session });

/** ConfigMaps that stand, whether or not they stood before. */
export async function maps(target: ClusterTarget, ...names: string[]): Promise<void> {
  for (const name of names)
    await put(target, AT, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } }).catch(() => undefined);
}

/** What its client is told. */
export const textOf = (instruction: Instruction): string =>
  instruction.do === 'answer' ? JSON.parse(Buffer.from(instruction.body).toString()).message : 'forwarded';

/**
 * A way over that cluster on which what is called `held…` is held.
 * @param at what happens meanwhile: right after a request was kept, and after each delete that the guard itself sends
 */
export function opened(
  target: ClusterTarget,
  at: { kept?: (path: string) => Promise<void>; deleted?: () => Promise<void> } = {},
) {
  const { kept, deleted } = at;
  const cluster = new Proxy(target.cluster, {
    get: (real, name) =>
      name === 'delete' && deleted
        ? (...args: Parameters<typeof real.delete>) => real.delete(...args).then(deleted)
        : Reflect.get(real, name),
  });
  const keeping = (stored: Journal): Journal => ({
    ...stored,
    keep: async (snapshot, request) => {
      await stored.keep(snapshot, request);
      await kept?.(request.path);
    },
  });
  const { deps, close, journal } = openWay(cluster, policyOf(RULES), keeping);
  const thinking = requestHandler(deps);
  /** As the door does it: what is forwarded is answered. */
  const send = async (name: string, more: Partial<AskedRequest>) => {
    const request = asked('DELETE', `${AT}/${name}`, more);
    const told = await thinking.judge(request);
    if (told.do === 'forward') thinking.settled(request.id, { status: 200, said: 'yes' });
    return textOf(told);
  };
  const open = (name?: string) => {
    const named = ({ effect }: Hold) =>
      name === undefined || ('target' in effect && effect.target?.name === name);
    const hold = deps.desk.list().find((one) => one.state === 'open' && named(one));
    assert.ok(hold);
    return hold;
  };
  const approve = async (name: string) => {
    const hold = open(name);
    // The clock counts milliseconds: a person's next answer never comes within the same one.
    const at = Date.now();
    while (Date.now() === at);
    await deps.desk.answer(hold.code, { as: 'as-sent', by: 'ben', withoutNet: false }, 60_000);
    return hold;
  };
  const deny = async (name?: string) => {
    const hold = open(name);
    await deps.desk.answer(hold.code, { as: 'denied', by: 'ben' }, 60_000);
    return hold;
  };
  return { deps, close, journal, thinking, send, approve, deny };
}
