import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectCluster } from '@toolcrib/guard/cluster';
import { openDoor } from '@toolcrib/guard/door/door';
import { tokenTable } from '@toolcrib/guard/door/tokens';
import { openJournal } from '@toolcrib/guard/journal';
import type { RequestHandler } from '@toolcrib/guard/request';
import { testCertificate } from '@toolcrib/guard/testing/door-certificate.ts';
import { targetOf } from '@toolcrib/guard/testing/kubeconfig-target.ts';
import type { ClusterTarget } from '@toolcrib/guard/testing/target.ts';
import { paths, put, seen, until } from '@toolcrib/guard/testing/target.ts';
import { openWay, policyOf } from '@toolcrib/guard/testing/way.ts';
import type { WayDeps } from '@toolcrib/guard/way/deps';
import { requestHandler } from '@toolcrib/guard/way/request-handler';
import { resumeSoftenings } from '@toolcrib/guard/way/resume-softenings';
import { settling } from '@toolcrib/guard/way/settling';
import { softenings } from '@toolcrib/guard/way/softening-records';
import type { Cluster } from '@toolcrib/model';
import { startSandbox } from '@toolcrib/sandbox';
import { type Liar, startLiar } from './liar.ts';
import { type LieCase, type Life, movedClock } from './lie-case.ts';
import { answered, settledAtLast, stillSafe, tellsTheTruth, undone } from './lie-ends.ts';
import { prepare, type Thing } from './lied-about.ts';

export interface Stage {
  /** @throws AssertionError where the journal does not tell the truth in the end, or undo does not work */
  check(one: LieCase): Promise<void>;
  close(): Promise<void>;
}

const RULES = `[{name: ask, when: 'effect.resource in ["deployments", "persistentvolumeclaims"] && effect.verb == "delete"', then: hold}]`;
const POLICY = policyOf(RULES);
/** Silence of the cluster towards the guard itself; long enough that no busy machine is taken for it. Milliseconds. */
const SILENCE = 15_000;

export async function openStage(): Promise<Stage> {
  const sandbox = await startSandbox({ podStartMs: 5, nodes: 2 });
  const target = await targetOf({
    name: 'sandbox',
    admin: sandbox.kubeconfig(),
    person: (name) => sandbox.kubeconfig({ name }),
    close: () => sandbox.close(),
  });
  const liar = await startLiar(sandbox.kubeconfig());
  const through = connectCluster(liar.upstream, 'prod', { timeout: SILENCE });
  const tls = await testCertificate();
  const tokens = tokenTable();
  tokens.add('t'.repeat(43), { id: 't', context: 'prod', person: 'aiko' });
  /** By the name of the case, which is in each path. */
  const lives = new Map<string, () => Life>();
  const lifeOf = (path: string): Life => {
    const found = [...lives].find(([name]) => path.includes(name));
    assert.ok(found, path);
    return found[1]();
  };
  const byId = new Map<string, Life>();
  let ids = 0;
  const routed: RequestHandler = {
    judge(asked) {
      const life = lifeOf(`${asked.path}?${asked.query}`);
      byId.set(asked.id, life);
      return life.thinking.judge(asked);
    },
    settled(id, outcome) {
      const life = byId.get(id);
      if (life && !life.dead) life.thinking.settled(id, outcome);
    },
    gone: (id) => byId.get(id)?.thinking.gone(id),
    left: () => undefined,
    noticed: () => undefined,
    watchesCreates: () => false,
  };
  const door = await openDoor({
    port: 0,
    tls,
    tokens,
    upstreamFor: async () => liar.upstream,
    handler: routed,
    requestId: () => `req-${++ids}`,
  });

  const send = (method: string, path: string, body?: object, type = 'application/json') =>
    new Promise<{ status: number; text: string }>((resolve, reject) => {
      const bytes = body === undefined ? undefined : JSON.stringify(body);
      const call = request(
        {
          host: '127.0.0.1',
          port: door.port,
          servername: 'localhost',
          ca: tls.cert,
          method,
          path,
          agent: false,
          headers: {
            authorization: `Bearer ${'t'.repeat(43)}`,
            'user-agent': `client-${path.split('/').pop()}`,
            ...(bytes === undefined
              ? {}
              : { 'content-type': type, 'content-length': Buffer.byteLength(bytes) }),
          },
        },
        (answer) => {
          let text = '';
          answer.on('data', (chunk) => {
            text += chunk;
          });
          answer.on('error', () => resolve({ status: answer.statusCode ?? 0, text }));
          answer.on('close', () => resolve({ status: answer.statusCode ?? 0, text }));
        },
      );
      call.on('error', reject);
      call.end(bytes);
    });

  let cases = 0;
  const tools = { target, liar, through, lives, send };
  return {
    check: (one) => checkCase(tools, `lc${++cases}x`, one),
    async close() {
      await door.close();
      await through.close();
      await liar.close();
      await target.close();
    },
  };
}

interface Tools {
  target: ClusterTarget;
  liar: Liar;
  through: Cluster;
  lives: Map<string, () => Life>;
  send(method: string, path: string, body?: object, type?: string): Promise<{ status: number; text: string }>;
}

/** The same, but whoever is dead gets no further. */
function mortal<T extends object>(real: T, life: { dead: boolean }): T {
  return new Proxy(real, {
    get(of, name) {
      const value = Reflect.get(of, name);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) =>
        life.dead
          ? new Promise(() => undefined)
          : Promise.resolve(Reflect.apply(value, of, args)).then((found) =>
              life.dead ? new Promise(() => undefined) : found,
            );
    },
  });
}

async function checkCase(tools: Tools, name: string, one: LieCase): Promise<void> {
  const { target, liar, through, lives, send } = tools;
  const folder = mkdtempSync(join(tmpdir(), 'toolcrib-lie-'));
  const clock = movedClock();
  const journal = openJournal({ folder, key: randomBytes(32), clock });
  const ways: ReturnType<typeof openWay>[] = [];
  const live = (): Life => {
    const life = { dead: false } as Life;
    const way = openWay(through, POLICY, () => mortal(journal, life));
    ways.push(way);
    const deps: WayDeps = {
      ...way.deps,
      clock,
      clusterFor: async () => mortal(through, life),
      softenings: softenings(),
      lookLater: () => settle.soon(),
    };
    const settle = settling(deps, clock.now());
    Object.assign(life, {
      deps,
      thinking: requestHandler(deps),
      async pass() {
        await resumeSoftenings(deps);
        await settle.pass();
      },
    });
    return life;
  };
  await put(target, '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  await until(
    'its ServiceAccount',
    async () => seen(target, paths.core(name, 'serviceaccounts/default')),
    20_000,
  );
  const first = live();
  let now = first;
  lives.set(name, () => now);
  try {
    const thing = await prepare(target, name, one.form);
    const told = liar.lieAbout(thing.part, {
      ...one,
      nth: one.form.does === 'orphan-first' ? one.form.nth : one.form.does === 'collection' ? 2 : 1,
      onLie: () => {
        if (one.killed) first.dead = true;
      },
    });
    const answer = ask(send, () => now, thing, one).catch(() => undefined);
    await until('the lie', async () => told.times > 0, 80_000);
    if (one.killed) {
      await clock.ahead(500);
      now = live();
      await now.pass();
    } else await answered(answer, clock, one);
    await clock.ahead(3_000);
    await now.pass();
    await stillSafe(thing, one);
    await told.release();
    await thing.rest();
    await settledAtLast(now, journal, clock);
    const took = await thing.taken();
    await tellsTheTruth(journal, took, one);
    await undone({ journal, clock, target, thing, took, one });
  } finally {
    lives.delete(name);
    for (const way of ways) await way.close().catch(() => undefined);
    await target.https('DELETE', `/api/v1/namespaces/${name}`);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Sends it; where it is held, says yes to it softened and sends it again. */
async function ask(send: Tools['send'], life: () => Life, thing: Thing, { form }: LieCase) {
  const go = () => send(thing.method, thing.path, thing.body, thing.type);
  if (!('nth' in form)) return go();
  const held = await go();
  assert.equal(held.status, 403, held.text);
  const [hold] = life().deps.desk.list();
  assert.ok(hold, held.text);
  await life().deps.desk.answer(hold.code, { as: 'softened', by: 'aiko', withoutNet: false }, 120_000);
  return go();
}
