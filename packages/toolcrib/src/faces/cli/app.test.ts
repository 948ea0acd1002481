import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { after, before, test } from 'node:test';
import { apps } from '../../laptop/apps/index.ts';
import { type PlayedGuard, playGuard } from '../../testing/played-guard.ts';
import { type GuardHome, guardHome } from '../../testing/running-guard.ts';

// The real command line, with a home in which no such program is installed; the guard that runs already is played.

let home: GuardHome;
let guard: PlayedGuard;
before(async () => {
  home = guardHome(
    JSON.stringify({
      'current-context': 'prod',
      clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1' } }],
      users: [{ name: 'aiko', user: { token: 'secret' } }],
      contexts: [{ name: 'prod', context: { cluster: 'c', user: 'aiko' } }],
    }),
  );
  guard = await playGuard(home);
});
after(async () => {
  await guard?.close();
  home?.remove();
});

const settingsOf = (name: string): string => {
  const app = apps.find((one) => one.name === name) ?? assert.fail(name);
  return app.settings({ home: home.folder, platform: process.platform, env: home.env });
};
const OTHERS = JSON.stringify({
  preferences: { syncKubeconfigEntries: [{ filePath: '/home/aiko/.kube/config' }] },
});

test('a program that is none of them is refused with those that there are', async () => {
  const said = await home.cli('app', 'notepad');
  assert.equal(said.code, 2);
  for (const { name } of apps) assert.match(said.stderr, new RegExp(name));
});

test('settings of a program that takes its clusters from its start are left alone', async () => {
  const said = await home.cli('app', 'headlamp', '--configure');
  assert.equal(said.code, 2);
  assert.match(said.stderr, /Headlamp needs no settings/);
  assert.match(said.stderr, /toolcrib app headlamp/);
  assert.match((await home.cli('app', 'headlamp', '--restore')).stderr, /Nothing of Headlamp was changed\./);
});

test('one that reads a list of its own is not started past the guard; configured, its list is ours, and goes back', async () => {
  const settings = settingsOf('freelens');
  mkdirSync(dirname(settings), { recursive: true });
  writeFileSync(settings, OTHERS);
  const past = await home.cli('app', 'freelens');
  assert.equal(past.code, 1);
  assert.match(past.stderr, /would go round the guard: it reads its own list of files/);
  const done = await home.cli('app', 'freelens', '--configure');
  assert.equal(done.code, 0, done.stderr);
  assert.match(done.stderr, /has the guard's kubeconfig now \(.*\), after a full restart of it\./);
  assert.match(done.stderr, /Back: toolcrib app freelens --restore/);
  assert.deepEqual(JSON.parse(readFileSync(settings, 'utf8')).preferences.syncKubeconfigEntries, [
    { filePath: home.paths.kubeconfig },
  ]);
  const back = await home.cli('app', 'freelens', '--restore');
  assert.match(back.stderr, /list is as it was\./);
  assert.equal(readFileSync(settings, 'utf8'), OTHERS);
});

test('what became of the list meanwhile is said when it is put back', async () => {
  const settings = settingsOf('freelens');
  writeFileSync(settings, OTHERS);
  await home.cli('app', 'freelens', '--configure');
  writeFileSync(settings, OTHERS.replace('aiko', 'ben'));
  assert.match(
    (await home.cli('app', 'freelens', '--restore')).stderr,
    /list was left: the guard's kubeconfig is not in it any more/,
  );
});

test('a menu entry starts it through us, and goes with the settings', {
  skip: process.platform !== 'linux',
}, async () => {
  const said = await home.cli('app', 'headlamp', '--desktop-entry');
  const [, path = ''] = /^Written: (.*)$/m.exec(said.stderr) ?? [];
  assert.match(readFileSync(path, 'utf8'), /^Exec=.*app headlamp$/m);
  const back = await home.cli('app', 'headlamp', '--restore');
  assert.match(back.stderr, /settings were not changed\. Its menu entry was taken away\./);
  assert.equal(existsSync(path), false);
});
