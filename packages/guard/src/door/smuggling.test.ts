import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { connect } from 'node:tls';
import type { AskedRequest, Outcome, RequestHandler } from '../request.ts';
import { testCertificate } from '../testing/door-certificate.ts';
import { smugglingCases } from '../testing/smuggling.ts';
import { type StrictRequest, strictUpstream } from '../testing/strict-upstream.ts';
import { type Door, openDoor } from './door.ts';
import { tokenTable } from './tokens.ts';

const TOKEN = 'secret-of-prod';
/** How long a client waits for an answer that may never come before it goes. It decides nothing. Milliseconds. */
const PATIENCE = 1500;
/** For one that does come, however slow the machine. */
const LONG = 60_000;
const AT_ONCE = 120;

let upstream: Awaited<ReturnType<typeof strictUpstream>>;
let door: Door;
let cert: string;
const judged: AskedRequest[] = [];
const outcomes = new Map<string, Outcome>();

const handler: RequestHandler = {
  judge: async (request) => {
    judged.push(request);
    return { do: 'forward', warnings: [] };
  },
  settled: (id, outcome) => void outcomes.set(id, outcome),
  gone: () => undefined,
  left: () => undefined,
  noticed: () => undefined,
  watchesCreates: () => false,
};

before(async () => {
  upstream = await strictUpstream();
  const certificate = await testCertificate();
  cert = certificate.cert;
  const tokens = tokenTable();
  tokens.add(TOKEN, { id: 't1', context: 'prod', person: 'aiko' });
  let id = 0;
  door = await openDoor({
    port: 0,
    tls: certificate,
    tokens,
    upstreamFor: async () => upstream.upstream,
    handler,
    requestId: () => `req-${++id}`,
  });
});

after(async () => {
  await door.close();
  await upstream.close();
});

/** Writes the bytes as they are and reads until the door closes, or until nothing comes any more. */
function write(bytes: string, patience = PATIENCE): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port: door.port, ca: cert }, () =>
      socket.write(bytes, 'latin1'),
    );
    let answer = '';
    let timer = setTimeout(() => socket.end(), patience);
    socket.on('data', (chunk) => {
      answer += chunk;
      clearTimeout(timer);
      timer = setTimeout(() => socket.end(), PATIENCE / 10);
    });
    // A door that resets has let nothing of the connection through.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(answer);
    });
  });
}

const seen = ({ method, target, body }: StrictRequest) => `${method} ${target} ${JSON.stringify(body)}`;
const asked = ({ method, path, query, body }: AskedRequest) =>
  `${method} ${path}${query === '' ? '' : `?${query}`} ${JSON.stringify(Buffer.from(body).toString('latin1'))}`;
const destroys = ({ method, target }: StrictRequest) =>
  !/^(GET|HEAD|OPTIONS)$/.test(method) &&
  !(method === 'POST' && /^\/[^?]*\/(configmaps|exec)(\?|$)/.test(target));

it('however a request is written, what arrives is whole, read in one way only, and judged where it destroys', async () => {
  const cases = smugglingCases(`127.0.0.1:${door.port}`, TOKEN);
  assert.ok(cases.length >= 364, `only ${cases.length} cases`);
  const left = [...cases];
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let one = left.pop(); one; one = left.pop()) await write(one.bytes);
    }),
  );
  while (judged.some(({ id }) => !outcomes.has(id))) await new Promise((resolve) => setTimeout(resolve, 20));
  // What was cut off because its client went is no request to anybody.
  const broken = upstream.broken.filter((what) => !what.startsWith('cut off'));
  assert.deepEqual(broken, [], 'bytes that two servers could read differently');
  const sent = judged.filter(({ id }) => 'status' in (outcomes.get(id) ?? {}));
  assert.deepEqual(upstream.got.filter(destroys).map(seen).sort(), sent.map(asked).sort());
  for (const { headers, target } of upstream.got) {
    const values = (name: string) => headers.filter(([key]) => key === name).map(([, value]) => value);
    assert.deepEqual(values('authorization'), ['Bearer the-cluster-token'], target);
    assert.deepEqual(values('host'), [`127.0.0.1:${upstream.port}`], target);
    const kept = headers.filter(([key]) => /^(x-remote-|proxy-|te$|trailer$|expect$)/.test(key));
    assert.deepEqual(kept, [], target);
  }
  // Each case's request arrives at most once, and so does what it hides.
  const counts = new Map<string, number>();
  for (const { target } of upstream.got) counts.set(target, (counts.get(target) ?? 0) + 1);
  assert.deepEqual(
    [...counts].filter(([, count]) => count > 1),
    [],
  );
});

it('the same requests with nothing odd about them arrive, and what stands behind them in one write as well', async () => {
  const cases = smugglingCases(`127.0.0.1:${door.port}`, TOKEN).filter(({ name }) =>
    /: nothing odd$/.test(name),
  );
  assert.equal(cases.length, 6);
  for (const { name, bytes } of cases) {
    const before = upstream.got.length;
    assert.match(await write(bytes, LONG), /^HTTP\/1\.1 200 /, name);
    assert.equal(upstream.got.length, before + 1, name);
  }
});
