import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { parse, stringify } from 'yaml';
import { clock, compared } from './clock.ts';
import { clusterAnswer } from './cluster-answer.ts';
import { standIn } from './testing/door.ts';
import { config, patient, states, texts } from './testing/patient.ts';
import { versions } from './versions.ts';

const NOW = Date.parse('2026-12-01T09:00:00Z');

async function aCluster(t: TestContext, answer: (response: ServerResponse) => void) {
  const asked: { url?: string; headers: IncomingHttpHeaders }[] = [];
  const server = createServer(({ url, headers }, response) => {
    asked.push({ url, headers });
    response.sendDate = false;
    answer(response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}
const at = (server: string, change: (cluster: Record<string, unknown>) => void = () => undefined) => {
  const file = parse(config(server));
  change(file.clusters[0].cluster);
  return { ...patient({ PATH: '/none' }, { '.kube/config': stringify(file) }), now: () => NOW };
};

test('it is asked once, as nobody, below its own path: its clock and its version', async (t) => {
  const { asked, url } = await aCluster(t, (response) =>
    response.setHeader('date', new Date(NOW).toUTCString()).end('{"gitVersion":"v1.35.2"}'),
  );
  // A password can stand in the address as well.
  const one = at(`${url.replace('//', '//aiko:hunter2@')}/k8s/clusters/c-1/`);
  const answer = await clusterAnswer(one);
  assert.deepEqual(answer, { context: 'prod', date: NOW, between: [NOW, NOW], version: 'v1.35.2' });
  assert.deepEqual(states(await clock.look(one)), ['fine']);
  await versions.look(one);
  assert.equal(asked.length, 1);
  assert.equal(asked[0]?.url, '/k8s/clusters/c-1/version');
  assert.equal(asked[0]?.headers.authorization, undefined);
  assert.doesNotMatch(JSON.stringify(asked), /own/, 'the person’s token was sent');
});

test('who may not ask is told the time all the same; what is no version is none', async (t) => {
  const say = { status: 401, text: '{"gitVersion":"v1.35.2"}' };
  const { url } = await aCluster(t, (response) => {
    response.statusCode = say.status;
    response.setHeader('date', new Date(NOW).toUTCString()).end(say.text);
  });
  const answers = [];
  for (const [status, text] of [
    [401, say.text],
    [200, 'no JSON'],
    [200, '{"gitVersion":"\\u001b[2J v1.35"}'],
    [200, `{"gitVersion":"v1.35.${'9'.repeat(100_000)}"}`],
  ] as const) {
    Object.assign(say, { status, text });
    answers.push(await clusterAnswer(at(url)));
  }
  for (const answer of answers) assert.partialDeepStrictEqual(answer, { date: NOW, version: undefined });
});

test('nobody there, no answer, a proxy, another certificate, no context: not known, and why', async (t) => {
  const silent = await aCluster(t, () => undefined);
  const other = await standIn(() => 'hello');
  t.after(other.close);
  const why = async (one: ReturnType<typeof at>, limit?: number) => {
    const answer = await clusterAnswer(one, limit);
    assert.deepEqual(states(await clock.look(one)), ['unknown']);
    return 'why' in answer ? answer.why : assert.fail(JSON.stringify(answer));
  };
  assert.match(await why(at(silent.url), 50), /no answer within 0\.05 s/);
  assert.match(await why(at('http://127.0.0.1:1')), /ECONNREFUSED/);
  assert.match(await why(at(other.url)), /certificate/);
  assert.match(
    await why(
      at(silent.url, (cluster) => {
        cluster['proxy-url'] = 'http://127.0.0.1:2';
      }),
    ),
    /through a proxy/,
  );
  assert.match(await why(at('ftp://127.0.0.1')), /no address/);
  assert.match(await why({ ...patient(), now: () => NOW }), /no current context/);
});

test('the server’s certificate is looked at as the kubeconfig says', async (t) => {
  const other = await standIn(() => '{"gitVersion":"v1.35.2"}');
  t.after(other.close);
  for (const change of [
    { 'certificate-authority-data': Buffer.from(other.ca).toString('base64') },
    { 'insecure-skip-tls-verify': true },
  ]) {
    const answer = await clusterAnswer(at(other.url, (cluster) => void Object.assign(cluster, change)));
    assert.equal('version' in answer && answer.version, 'v1.35.2', JSON.stringify(answer));
  }
});

test('how far off the clock is: a Date has whole seconds, and what was on the way is no fault', () => {
  const seen = (offset: number, took = 0) =>
    compared({ context: 'prod', date: NOW, between: [NOW + offset, NOW + offset + took] });
  for (const [offset, took, state] of [
    [0, 0, 'fine'],
    [999, 0, 'fine'],
    [-4_999, 0, 'fine'],
    [-5_000, 0, 'note'],
    [5_998, 0, 'fine'],
    [5_999, 0, 'note'],
    [60_998, 0, 'note'],
    [60_999, 0, 'fault'],
    [-60_000, 0, 'fault'],
    [-60_000, 60_000, 'fine'],
  ] as const)
    assert.equal(seen(offset, took).state, state, `${offset} ${took}`);
  assert.match(seen(120_999).text, /120 s ahead of prod/);
  assert.match(seen(-120_000).text, /120 s behind prod/);
  assert.deepEqual(states([compared({ context: 'prod', between: [0, 0] })]), ['unknown']);
  assert.match(texts([seen(-120_000)]), /timedatectl/);
});
