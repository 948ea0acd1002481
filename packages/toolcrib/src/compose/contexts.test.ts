import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { pathsOf } from '../laptop/paths.ts';
import { loadPerson } from '../laptop/person-kubeconfig.ts';
import { rememberSources } from '../laptop/remember-sources.ts';
import { contexts, meaningIn } from './contexts.ts';

const root = mkdtempSync(join(tmpdir(), 'toolcrib-contexts-'));
after(() => rmSync(root, { recursive: true }));

function config(server: string, ...names: string[]): string {
  return JSON.stringify({
    clusters: [{ name: 'c', cluster: { server } }],
    users: [{ name: 'u', user: { token: 't' } }],
    contexts: names.map((name) => ({ name, context: { cluster: 'c', user: 'u' } })),
  });
}
function aHome(server: string, ...names: string[]) {
  const home = mkdtempSync(join(root, 'home-'));
  const file = join(home, 'config');
  writeFileSync(file, config(server, ...names));
  const env = { TOOLCRIB_HOME: join(home, 'state'), KUBECONFIG: file };
  let loads = 0;
  const load: typeof loadPerson = (...from) => {
    loads++;
    return loadPerson(...from);
  };
  return { home, file, env, paths: pathsOf(env), all: contexts({ env, home, load }), loads: () => loads };
}

test('the person’s clusters by name, each kept open as long as the files stay as they are', async () => {
  const { all, loads } = aHome('https://127.0.0.1:1', 'prod', 'test');
  assert.deepEqual(all.names(), ['prod', 'test']);
  const way = all.upstream('prod');
  assert.equal(all.upstream('prod'), way);
  assert.equal(all.cluster('prod'), all.cluster('prod'));
  assert.notEqual(all.upstream('test'), way);
  assert.equal(loads(), 1);
  assert.equal(way.url.href, 'https://127.0.0.1:1/');
  assert.throws(() => all.upstream('prdo'), { code: 'unknown-context' });
  await all.close();
});

test('a file that was changed is read again, and leads elsewhere from the next request on', async () => {
  const { all, file, loads } = aHome('https://127.0.0.1:1', 'prod');
  const [way, meant] = [all.upstream('prod'), all.meaning('prod')];
  writeFileSync(file, config('https://127.0.0.1:12', 'prod', 'more'));
  assert.deepEqual(all.names(), ['prod', 'more']);
  assert.notEqual(all.upstream('prod'), way);
  assert.equal(all.upstream('prod').url.port, '12');
  assert.notEqual(all.meaning('prod'), meant);
  assert.equal(loads(), 2);
  rmSync(file);
  assert.deepEqual(all.names(), []);
  assert.throws(() => all.upstream('prod'), { code: 'no-kubeconfig' });
  writeFileSync(file, config('https://127.0.0.1:1', 'prod'));
  assert.equal(all.meaning('prod'), meant, 'the same again means the same');
  await all.close();
});

test('closed, it lets go of the connections that it kept', async (t) => {
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'x', uid: 'u' } };
  const server = createServer((_, response) =>
    response.setHeader('content-type', 'application/json').end(JSON.stringify(namespace)),
  );
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.after(() => server.close());
  const connected = once(server, 'connection') as Promise<[Socket]>;
  const { all } = aHome(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, 'prod');
  const type = { group: '', version: 'v1', resource: 'namespaces' };
  assert.equal((await all.cluster('prod').get(type, { name: 'x' }))?.metadata.name, 'x');
  const [socket] = await connected;
  assert.equal(socket.destroyed, false, 'it is kept for the next request');
  const gone = once(socket, 'close');
  await all.close();
  await gone;
});

test('files that are remembered later count from then on', async () => {
  const { all, home, paths } = aHome('https://127.0.0.1:1', 'prod');
  assert.deepEqual(all.names(), ['prod']);
  const other = join(home, 'other');
  writeFileSync(other, config('https://127.0.0.1:2', 'elsewhere'));
  assert.deepEqual(all.names(), ['prod']);
  rememberSources(paths, { KUBECONFIG: other }, home);
  assert.deepEqual(all.names(), ['elsewhere']);
  await all.close();
});

test('what a name means is the same text for the same thing, and empty where that can not be told', async () => {
  const one = aHome('https://127.0.0.1:1', 'prod', 'alias');
  const two = aHome('https://127.0.0.1:2', 'prod');
  assert.match(one.all.meaning('prod'), /^[0-9a-f]{64}$/);
  assert.equal(one.all.meaning('prod'), one.all.meaning('alias'));
  assert.notEqual(one.all.meaning('prod'), two.all.meaning('prod'));
  assert.equal(one.all.meaning('none'), '');
  const person = loadPerson(one.paths, one.env, one.home);
  assert.equal(meaningIn(person, 'prod'), one.all.meaning('prod'));
  const broken = { ...person, context: () => assert.fail('a fault of ours') };
  assert.throws(() => meaningIn(broken, 'prod'), /a fault of ours/);
  await Promise.all([one.all.close(), two.all.close()]);
});
