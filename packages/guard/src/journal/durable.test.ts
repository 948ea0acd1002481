import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openJournal } from './index.ts';
import { keeping, programOf } from './testing/program.ts';
import { anAct, aRequest, aSnapshot } from './testing/records.ts';

const clock = { now: () => Date.now(), after: () => () => undefined };
const key = randomBytes(32);
const root = mkdtempSync(join(tmpdir(), 'toolcrib-durable-'));
after(() => rmSync(root, { recursive: true, force: true }));
const aFolder = () => mkdtempSync(join(root, 'j-'));

const program = (folder: string, body: string) => programOf(folder, key, body);

test('the connection that writes is in WAL mode and syncs each commit', async () => {
  const journal = openJournal({ folder: aFolder(), key, clock });
  assert.deepEqual(journal.durability(), { journalMode: 'wal', synchronous: 2 });
  await journal.keep(aSnapshot(), aRequest());
  assert.deepEqual(journal.durability(), { journalMode: 'wal', synchronous: 2 });
  await journal.close();
});

test('SIGKILL at any moment: each keep that resolved is there and readable', async () => {
  for (let round = 0; round < 5; round++) {
    const folder = aFolder();
    const child = spawn(process.execPath, program(folder, keeping(2000)));
    let said = '';
    await new Promise<void>((resolve) => {
      child.stdout.on('data', (part) => {
        if (said === '') setTimeout(() => child.kill('SIGKILL'), 10 + round * 37);
        said += part;
      });
      child.on('close', () => resolve());
    });
    const resolved = said.split('\n').filter(Boolean).length;
    assert.ok(resolved > 0 && resolved < 2000, String(resolved));
    const journal = openJournal({ folder, key, clock });
    const kept = await journal.snapshotsOf('act-000001');
    const requests = await journal.requests({ state: 'kept' });
    assert.ok(kept.length >= resolved, `${kept.length} of ${resolved}`);
    assert.equal(requests.length, kept.length);
    await journal.close();
  }
});

test('several processes write at once: nothing is lost, and a pass is used once', async () => {
  const folder = aFolder();
  const journal = openJournal({ folder, key, clock });
  const answer = { as: 'as-sent', by: 'aiko', at: 1 } as const;
  const { aHold } = await import('./testing/records.ts');
  await journal.saveHold(aHold({ state: 'approved', answer }));
  const writer = (n: number) => `
    const journal = open();
    const pass = await journal.hold('K7QM');
    for (let i = 0; i < 40; i++) {
      await journal.saveAct(anAct({ id: 'a-${n}-' + i }));
      await journal.keep(aSnapshot({ id: 's-${n}-' + i, requestId: 'r-${n}-' + i }), aRequest({ id: 'r-${n}-' + i }));
    }
    try { await journal.saveHold({ ...pass, state: 'used' }); say('used'); } catch (error) { say(error.code); }`;
  const said = await Promise.all(
    [0, 1, 2].map(async (n) => {
      const child = spawn(process.execPath, program(folder, writer(n)));
      let text = '';
      for (const stream of [child.stdout, child.stderr]) {
        stream.on('data', (part) => {
          text += part;
        });
      }
      await new Promise((resolve) => child.on('close', resolve));
      return text.trim();
    }),
  );
  assert.deepEqual(said.sort(), ['"conflict"', '"conflict"', '"used"']);
  assert.equal((await journal.acts()).length, 120);
  assert.equal((await journal.snapshotsOf('act-000001')).length, 120);
  await journal.close();
});

test('processes that make the same new journal at once all get it', async () => {
  const folder = join(root, 'new');
  const said = await Promise.all(
    Array.from({ length: 4 }, async (_, n) => {
      const child = spawn(
        process.execPath,
        program(folder, `await open().saveAct(anAct({ id: 'a${n}' })); say('ok')`),
      );
      let text = '';
      for (const stream of [child.stdout, child.stderr]) {
        stream.on('data', (part) => {
          text += part;
        });
      }
      await new Promise((resolve) => child.on('close', resolve));
      return text.trim();
    }),
  );
  assert.deepEqual(said, ['"ok"', '"ok"', '"ok"', '"ok"']);
  const journal = openJournal({ folder, key, clock });
  assert.equal((await journal.acts()).length, 4);
  await journal.close();
});

test('a file that may not grow any more: a clear error, what was kept stays, and room lets it go on', () => {
  // ulimit -f counts blocks of 512 or 1024 bytes, by shell; either way far less than the snapshot needs.
  const body = `
    const journal = open();
    await journal.keep(aSnapshot(), aRequest());
    const { randomBytes } = await import('node:crypto');
    const big = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'big' }, data: randomBytes(4e6).toString('hex') };
    try { await journal.keep(aSnapshot({ id: 'big', requestId: 'big', objects: [big] }), aRequest({ id: 'big' })); say('kept'); }
    catch (error) { say([error.code, error.message, error.next]); }
    say((await journal.snapshotsOf('act-000001')).map((s) => s.id));
    say((await journal.requests({})).map((r) => r.id));
    await journal.keep(aSnapshot({ id: 'small', requestId: 'small' }), aRequest({ id: 'small' }));
    say((await journal.snapshot('small')).id);`;
  const run = spawnSync(
    'sh',
    ['-c', 'trap "" XFSZ; ulimit -f 1000; exec "$0" "$@"', process.execPath, ...program(aFolder(), body)],
    { encoding: 'utf8' },
  );
  const [error, snapshots, requests, small] = run.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.equal(error?.[0], 'journal', run.stdout + run.stderr);
  assert.match(error[1], /journal\.db/);
  assert.ok(error[2]);
  assert.deepEqual(snapshots, ['snap-1']);
  assert.deepEqual(requests, ['req-1']);
  assert.equal(small, 'small');
});

/** Runs in a mount namespace of its own, where the kernel lets us. */
function inOwnMounts(script: string, args: string[]) {
  const run = spawnSync('unshare', ['-rm', 'sh', '-ec', script, process.execPath, ...args], {
    encoding: 'utf8',
  });
  return run.status === 0 ? run.stdout : undefined;
}

test('a full disk: probe and keep say so, reads go on, and with room again it keeps', (t) => {
  const folder = aFolder();
  if (inOwnMounts(`mount -t tmpfs -o size=1m,mode=700 tmpfs ${folder}`, []) === undefined) {
    return t.skip('no user namespaces here: a small file system can’t be mounted');
  }
  const body = `
    const { writeFileSync, unlinkSync } = await import('node:fs');
    const journal = open();
    await journal.keep(aSnapshot(), aRequest());
    await journal.probe();
    try { writeFileSync('${folder}/filler', Buffer.alloc(2e6)); } catch {}
    const codes = [];
    for (const work of [() => journal.probe(), () => journal.keep(aSnapshot({ id: 'b', requestId: 'b' }), aRequest({ id: 'b' }))]) {
      try { for (let i = 0; i < 50; i++) await work(); codes.push('written'); } catch (error) { codes.push(error.code + ': ' + error.message); }
    }
    say(codes);
    say((await journal.snapshotsOf('act-000001')).map((s) => s.id));
    unlinkSync('${folder}/filler');
    await journal.probe();
    await journal.keep(aSnapshot({ id: 'c', requestId: 'c' }), aRequest({ id: 'c' }));
    say((await journal.snapshotsOf('act-000001')).map((s) => s.id));`;
  const said = inOwnMounts(
    `mount -t tmpfs -o size=1m,mode=700 tmpfs ${folder}; exec "$0" "$@"`,
    program(folder, body),
  );
  const [codes, kept, after] = (said ?? '')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.match(codes[0], /^journal: .*no room left/);
  assert.match(codes[1], /^journal: .*no room left/);
  assert.deepEqual(kept, ['snap-1']);
  assert.deepEqual(after, ['snap-1', 'c']);
});

test('a read-only file system: opening says so, and nothing is changed', (t) => {
  const folder = aFolder();
  if (inOwnMounts(`mount --bind ${folder} ${folder}`, []) === undefined) {
    return t.skip('no user namespaces here: nothing can be mounted read-only');
  }
  const body = `
    const { execFileSync } = await import('node:child_process');
    const journal = open();
    await journal.keep(aSnapshot(), aRequest());
    await journal.close();
    execFileSync('mount', ['-o', 'remount,ro,bind', '${folder}']);
    try { open(); say('opened'); } catch (error) { say(error.code + ': ' + error.message + ' ' + error.next); }`;
  const said = inOwnMounts(`mount --bind ${folder} ${folder}; exec "$0" "$@"`, program(folder, body));
  assert.match(said ?? '', /^"journal: .*journal\.db can’t be written: .*writable for you/);
});

test('a folder that we may not write, or that others may, is refused', (t) => {
  const shared = aFolder();
  chmodSync(shared, 0o770);
  assert.throws(() => openJournal({ folder: shared, key, clock }), { code: 'journal', message: /by others/ });
  if (process.getuid?.() === 0)
    return t.diagnostic('root may write anywhere: the other half is not shown here');
  const folder = aFolder();
  chmodSync(folder, 0o500);
  assert.throws(() => openJournal({ folder, key, clock }), { code: 'journal', message: /can’t be written/ });
});

test('a journal whose file was taken away keeps nothing, rather than keeping it nowhere', async () => {
  const folder = aFolder();
  const journal = openJournal({ folder, key, clock });
  await journal.saveAct(anAct());
  renameSync(join(folder, 'journal.db'), join(folder, 'away.db'));
  await assert.rejects(journal.keep(aSnapshot(), aRequest()), { code: 'journal' });
  await assert.rejects(journal.probe(), { code: 'journal' });
  await journal.close();
});
