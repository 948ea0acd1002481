import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { faultOf, leftOver } from './proofs.ts';
import { allPrinted } from './read.ts';

const root = join(import.meta.dirname, '../..');
const line = (command: string, comment = '', page = 'docs/x.md') => ({ page, line: 1, command, comment });
const fault = (...args: Parameters<typeof line>) => faultOf(line(...args), () => false, root);

test('a command that nobody runs, and of which nothing is said, is a fault', async () => {
  assert.match((await fault('kubectl get secrets')) ?? '', /nobody proves it/);
  assert.match((await fault('toolcrib held')) ?? '', /nobody proves it/);
  assert.equal(
    await faultOf(line('kubectl get secrets'), (one) => one === 'kubectl get secrets', root),
    undefined,
  );
});

test('one that the program would not take is a fault, whoever says that it was run', async () => {
  assert.match((await faultOf(line('toolcrib hold'), () => true, root)) ?? '', /does not take it/);
});

test('what is not published has to say so', async () => {
  const brew = 'brew install toolcrib/tap/toolcrib';
  assert.match((await fault(brew, 'macOS')) ?? '', /not published yet/);
  assert.equal(await fault(brew, 'macOS (not published yet)'), undefined);
  assert.equal(await fault(brew, 'macOS(まだ公開していません)'), undefined);
});

test('a script that package.json does not have is a fault, and outside CONTRIBUTING.md every one has to be proved', async () => {
  assert.equal(await fault('npm run check -- --fix', '', 'CONTRIBUTING.md'), undefined);
  assert.match((await fault('npm run chek', '', 'CONTRIBUTING.md')) ?? '', /no such script/);
  assert.match((await fault('npm run check')) ?? '', /nobody proves it/);
});

test('all that is said of commands is of some that a page prints', () => {
  assert.deepEqual(leftOver(allPrinted(root)), []);
  assert.ok(leftOver([]).length > 5);
});

test('what is said to be proved elsewhere is, and all that is toolcrib’s is taken by the program; the story has the rest', async () => {
  const faults = await Promise.all(allPrinted(root).map((one) => faultOf(one, () => false, root)));
  const others = faults.filter((fault) => fault !== undefined && !/: nobody proves it$/.test(fault));
  assert.deepEqual(others, []);
});
