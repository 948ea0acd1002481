import assert from 'node:assert/strict';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { CLI, launch, NODE } from '../../testing/programs.ts';
import { writeNew } from './doctor-bundle.ts';

const folder = mkdtempSync(join(tmpdir(), 'toolcrib-bundle-'));
after(() => rmSync(folder, { recursive: true }));
mkdirSync(join(folder, '.kube'));
writeFileSync(
  join(folder, '.kube/config'),
  'current-context: acme\nclusters: [{name: c, cluster: {server: "https://127.0.0.1:1"}}]\nusers: [{name: u, user: {token: swordfish}}]\ncontexts: [{name: acme, context: {cluster: c, user: u}}]\n',
);
const cli = (...args: string[]) =>
  launch(process.execPath, [...NODE, CLI, 'doctor', ...args], {
    env: { PATH: '/none', HOME: folder, NO_COLOR: '1', SHELL: '/bin/bash' },
  }).done;

test('all of it is shown before it is written, for its owner alone; nobody there to say yes: nothing is written', async () => {
  const path = join(folder, 'report.txt');
  const asked = await cli('--bundle', path);
  assert.equal(asked.code, 1);
  assert.match(asked.stderr, /Nothing was written: nobody can be asked here/);
  assert.ok(!readdirSync(folder).includes('report.txt'));
  const written = await cli('--bundle', path, '--yes');
  assert.equal(written.code, 0, written.stderr);
  assert.equal(written.stdout, readFileSync(path, 'utf8'));
  assert.equal(lstatSync(path).mode & 0o777, 0o600);
  assert.match(written.stdout, /<context-1>/);
  assert.doesNotMatch(written.stdout, /acme|swordfish/);
  const again = await cli('--bundle', path, '--yes');
  assert.equal(again.code, 1);
  assert.match(again.stderr, /is there already, and nothing is written over it/);
  const json = await cli('--bundle', join(folder, 'other.txt'), '-o', 'json');
  assert.match(JSON.parse(json.stdout).report, /^toolcrib report/);
});

test('never over another file, not through a link, and half of one is none', () => {
  const [there, link] = [join(folder, 'there'), join(folder, 'link')];
  writeFileSync(there, 'mine');
  symlinkSync(join(folder, 'target'), link);
  for (const path of [there, link]) assert.throws(() => writeNew(path, 'report'), { code: 'conflict' }, path);
  assert.equal(readFileSync(there, 'utf8'), 'mine');
  assert.ok(!readdirSync(folder).includes('target'));
  assert.throws(() => writeNew(join(folder, 'none/report'), 'report'), { code: 'bad-file' });
});
