// What the README says of a clone: the program as one file, and the guard from the sources. Needs curl, git, xz-utils.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { aPerson, type Person } from './person.ts';

const root = join(import.meta.dirname, '../..');
let person: Person;
before(async () => {
  person = await aPerson(['false'], root);
});
after(() => person?.close());

/** Typed in the clone. @returns what was said on standard output */
async function typed(line: string): Promise<string> {
  const { code, stdout, stderr } = await person.shell.run(`cd '${root}' && ${line}`);
  assert.equal(code, 0, `$ ${line}\n${stdout}${stderr}`);
  return stdout;
}

test('from the sources: the guard is before this terminal, and off again', async () => {
  const server = "kubectl config view --minify -o 'jsonpath={.clusters[0].cluster.server}'";
  const own = await typed(server);
  await typed('eval "$(npm run --silent toolcrib -- on)"');
  assert.match(await typed(server), /^https:\/\/127\.0\.0\.1:\d+\/ctx\//);
  assert.equal(await typed('kubectl get namespaces -o name | head -1'), 'namespace/default\n');
  await typed('eval "$(npm run --silent toolcrib -- off)"');
  assert.equal(await typed(server), own);
  await typed('npm run --silent toolcrib -- uninstall --yes --purge');
});

test('as one file: it is where it is said to be, and does what it is for once it is put into PATH', async () => {
  assert.match(await typed('npm run --silent binary'), /^release\/toolcrib-linux-x64 /m);
  await typed('install -D release/toolcrib-linux-x64 ~/.local/bin/toolcrib');
  const { home } = person;
  const { stdout, code } = await person.shell.run(
    'cd && env -i HOME="$HOME" ~/.local/bin/toolcrib --version',
  );
  assert.equal(code, 0);
  assert.match(stdout, /^\d+\.\d+\.\d+$/m);
  await person.shell.run(`PATH="${home}/.local/bin:$PATH"; hash -r`);
  await typed('eval "$(toolcrib on)"');
  assert.match(await typed('toolcrib guard status'), /prod-eu +observe/);
  await typed('eval "$(toolcrib off)"');
  await typed('toolcrib uninstall --yes --purge');
});
