import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { bare, foundClients, inPath, versionIn, versionOf } from './client-version.ts';
import { clients } from './clients.ts';
import { knownClients } from './known-clients.ts';
import { patient, states, texts } from './testing/patient.ts';

/** A PATH with these scripts in it, and the system's own behind it. */
function withPrograms(scripts: Record<string, string>, env: Record<string, string> = {}) {
  const one = patient(env);
  const bin = join(one.home, 'bin');
  mkdirSync(bin);
  for (const [name, script] of Object.entries(scripts)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  return { ...one, bin, env: { ...env, PATH: `${bin}:/usr/bin:/bin` } };
}

test('the version in what clients print, and nothing of what else they do', () => {
  for (const [text, version] of [
    ['{"clientVersion":{"major":"1","gitVersion":"v1.35.2"}}', '1.35.2'],
    ['v3.19.0+g3d8990f', '3.19.0+g3d8990f'],
    ['argocd: v2.14.2+unknown', '2.14.2+unknown'],
    ['version: 1.32.0', '1.32.0'],
    ['{"terraform_version":"1.11.4","platform":"linux_amd64"}', '1.11.4'],
    ['ansible [core 2.17.1]', '2.17.1'],
    ['Version               v0.32.5', '0.32.5'],
    ['0.9', '0.9'],
    ['no version here', undefined],
    ['127.0.0.1.example', undefined],
    ['', undefined],
  ] as const)
    assert.equal(versionIn(text), version, text);
});

test('the first in PATH that can be started; never one of the folder where one happens to be', () => {
  const { bin, home } = withPrograms({ helm: 'true' });
  mkdirSync(join(home, 'first/helm'), { recursive: true });
  writeFileSync(join(home, 'plain'), '');
  assert.equal(inPath('helm', `${home}/first:${bin}`), join(bin, 'helm'));
  assert.equal(inPath('plain', home), undefined);
  for (const path of [undefined, '', '.', ':', 'bin', `${home}/none`])
    assert.equal(inPath('helm', path), undefined);
});

test('they are asked without a kubeconfig, a token or the person’s home, in a folder that is gone afterwards', async () => {
  const mine = {
    KUBECONFIG: '/mine',
    AWS_SECRET_ACCESS_KEY: 'secret',
    HELM_KUBETOKEN: 'secret',
    HTTPS_PROXY: 'http://secret',
  };
  const one = withPrograms(
    { helm: 'env > $0.saw; pwd >> $0.saw; cat "$KUBECONFIG" >> $0.saw; echo v3.1.2' },
    mine,
  );
  const [helm] = (await foundClients(one)).filter(({ name }) => name === 'helm');
  assert.equal(helm?.said, '3.1.2');
  const saw = readFileSync(join(one.bin, 'helm.saw'), 'utf8');
  assert.doesNotMatch(saw, /secret|\/mine/);
  const folder = /^HOME=(.*)$/m.exec(saw)?.[1] ?? '';
  assert.match(folder, /toolcrib-asks-/);
  assert.ok(saw.includes(`\n${folder}\n`), 'it was started there');
  assert.equal(existsSync(folder), false);
});

test('what keeps a client from the network is set for it, and version managers still find their own', async () => {
  const all = Object.fromEntries(
    knownClients.map(({ name }) => [name, 'env > $0.saw; echo "$@" >> $0.saw; echo v1.2.3']),
  );
  const one = withPrograms(all);
  const found = await foundClients(one);
  assert.deepEqual(
    found.map(({ name, said }) => [name, said]),
    knownClients.map(({ name }) => [name, '1.2.3']),
  );
  const saw = (name: string) => readFileSync(join(one.bin, `${name}.saw`), 'utf8');
  assert.match(saw('terraform'), /^CHECKPOINT_DISABLE=1$/m);
  assert.doesNotMatch(saw('helm'), /CHECKPOINT/);
  for (const { name, version } of knownClients) assert.ok(saw(name).endsWith(`${version.join(' ')}\n`), name);
  for (const name of ['kubectl', 'flux', 'argocd', 'oc']) assert.match(saw(name), /--client/);
  assert.ok(saw('helm').includes(`MISE_DATA_DIR=${one.home}/.local/share/mise`));
  assert.equal(bare({ ASDF_DATA_DIR: '/asdf' }, '/home', '/f').ASDF_DATA_DIR, '/asdf');
});

test('all are asked at the same time: each of these ends only once all the others were started', async () => {
  const names = ['kubectl', 'helm', 'k9s', 'flux'];
  const waits = `touch $0.there; d=$(dirname $0); while [ $(ls $d/*.there | wc -l) -lt ${names.length} ]; do sleep 0.05; done; echo v1.0.0`;
  const one = withPrograms(Object.fromEntries(names.map((name) => [name, waits])));
  const found = (await foundClients(one)).filter(({ path }) => path.startsWith(one.bin));
  assert.deepEqual(
    found.map(({ said }) => said),
    names.map(() => '1.0.0'),
  );
});

test('one that hangs, fails or tells none is not known, and why', async () => {
  const one = withPrograms({ helm: 'sleep 100000', stern: 'echo sorry; exit 1' });
  const ask = (name: string, limit?: number) => {
    const client = knownClients.find((known) => known.name === name);
    assert.ok(client);
    return versionOf(
      { ...client, path: join(one.bin, name) },
      bare(one.env, one.home, one.home),
      one.home,
      limit,
    );
  };
  assert.deepEqual(await ask('helm', 50), { why: 'no answer within 0.05 s' });
  assert.deepEqual(await ask('stern'), { why: 'it told none' });
  const gone = await ask('velero');
  assert.match(gone.why ?? '', /ENOENT/);
});

test('of no client is it said that it goes through without a request that shows it', async () => {
  const all = Object.fromEntries(knownClients.map(({ name }) => [name, 'echo v1.2.3']));
  const ours = (env: Record<string, string>) => withPrograms(all, env);
  const one = ours({});
  const on = { ...one, env: { ...one.env, KUBECONFIG: one.paths.kubeconfig } };
  for (const each of [one, on]) {
    const found = await clients.look(each);
    assert.equal(found.length, knownClients.length);
    assert.ok(!states(found).includes('guarded'));
    assert.match(texts(found), /^helm 1\.2\.3: it takes KUBECONFIG/m);
    assert.deepEqual(
      found.filter(({ text }) => /^(helm|k9s|terraform) /.test(text)).map(({ state }) => state),
      ['unknown', 'unknown', 'unknown'],
    );
  }
  assert.match(texts(await clients.look(on)), /toolcrib run -- k9s/);
  const none = await clients.look(patient({ PATH: '/none' }));
  assert.deepEqual(states(none), ['note']);
});
