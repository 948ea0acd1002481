import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { parseJson, readLimited } from './json.ts';

const folder = mkdtempSync(join(tmpdir(), 'json-'));
after(() => rmSync(folder, { recursive: true }));

test('JSON is parsed, and what is none says what to do', () => {
  assert.deepEqual(parseJson('{"a":[1]}', 'x'), { a: [1] });
  assert.throws(() => parseJson('{', 'x'), {
    code: 'bad-file',
    message: /^x is not JSON: ./,
    next: 'it may have been cut off while it was copied; get it again',
  });
  let own = '';
  try {
    JSON.parse('{');
  } catch (error) {
    own = (error as Error).message;
  }
  assert.throws(() => parseJson('{', 'x'), { message: `x is not JSON: ${own}` });
  const long = `[${'x'.repeat(500)}`;
  assert.throws(
    () => parseJson(long, 'x'),
    ({ message }: Error) => message.length <= 'x is not JSON: '.length + 200,
  );
});

test('depth and size have a limit, which strings do not count for', () => {
  const limits = { bytes: 2 * 1024 * 1024, depth: 2 };
  assert.deepEqual(parseJson('[[],{}]', 'x', limits), [[], {}]);
  assert.deepEqual(parseJson('["[[[{{{","\\"[[["]', 'x', limits), ['[[[{{{', '"[[[']);
  for (const deep of ['[[[]]]', '{"a":{"b":{}}}', '["\\\\",[[]]]'])
    assert.throws(() => parseJson(deep, 'x', limits), {
      code: 'limit',
      message: 'x is nested more than 2 deep, as no format of the field is',
    });
  assert.equal(
    (parseJson(`"${'x'.repeat(limits.bytes - 2)}"`, 'x', limits) as string).length,
    limits.bytes - 2,
  );
  assert.throws(() => parseJson(' '.repeat(limits.bytes + 1), 'x', limits), {
    code: 'limit',
    message: 'x has more than 2 MiB',
  });
  assert.ok(parseJson(`${'['.repeat(200)}${']'.repeat(200)}`, 'x'));
  assert.throws(() => parseJson(`${'['.repeat(201)}${']'.repeat(201)}`, 'x'), { code: 'limit' });
});

test('a file is read up to its limit', async () => {
  const path = join(folder, 'a');
  writeFileSync(path, 'x'.repeat(100));
  assert.equal((await readLimited(path, 100)).toString(), 'x'.repeat(100));
  await assert.rejects(readLimited(path, 99), {
    code: 'limit',
    next: 'give only the part that speaks of this tool',
  });
  // Of such a file the system says no size, as of one that grows while it is read.
  if (process.platform === 'linux') {
    await assert.rejects(readLimited('/proc/self/status', 100), { code: 'limit' });
    assert.match((await readLimited('/proc/self/status', 100_000)).toString(), /^Name:/);
  }
  await assert.rejects(readLimited(join(folder, 'b')), { code: 'not-found' });
  await assert.rejects(readLimited(folder), { code: 'bad-file' });
});
