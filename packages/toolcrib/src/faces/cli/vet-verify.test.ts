import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { parse } from 'yaml';
import { vetThread } from '../../testing/vet-thread.ts';

// The command as it is typed; what is right about a signature is the verifier's, and tested there.

const folder = mkdtempSync(join(tmpdir(), 'toolcrib-cli-verify-'));
const at = (name: string) => join(folder, name);
const thread = vetThread();
before(() => {
  const sum = createHash('sha256').update('a tool\n').digest('hex');
  writeFileSync(at('tool'), 'a tool\n');
  writeFileSync(at('sums'), `${sum}  tool\n`);
  writeFileSync(at('wrong'), `${sum.replace(/^./, (first) => (first === '0' ? '1' : '0'))}  tool\n`);
});
after(async () => {
  await thread.close();
  rmSync(folder, { recursive: true });
});
const verify = (...args: string[]) => thread.run(['verify', at('tool'), ...args]);

test('exit codes: 3 where only the bytes are known to be whole, 0 where that is enough, 1 where they are not', async () => {
  const unsigned = await verify('--checksums', at('sums'));
  assert.equal(unsigned.status, 3, unsigned.stderr);
  assert.match(unsigned.stdout, /^UNKNOWN {2}tool: /);
  assert.equal((await verify('--checksums', at('sums'), '--integrity-only')).status, 0);
  const other = await verify('--checksums', at('wrong'));
  assert.equal(other.status, 1);
  assert.equal((await verify('--checksums', at('wrong'), '--integrity-only')).status, 1);
  // Enough is only a whole file: what can't be told for another reason is not.
  assert.equal((await verify('--integrity-only')).status, 3);
});

test('JSON and YAML have the whole value, and the same exit code', async () => {
  const json = await verify('--checksums', at('sums'), '-o', 'json');
  const value = JSON.parse(json.stdout);
  assert.deepEqual(
    [json.status, value.code, value.verdict, value.scheme, value.artefact.name],
    [3, 'integrity-only', 'unknown', 'checksums', 'tool'],
  );
  assert.deepEqual(parse((await verify('--checksums', at('sums'), '-o', 'yaml')).stdout), value);
});

test('wrong usage is said by the option, and nothing is verified', async () => {
  const both = await verify('--bundle', 'a', '--signature', 'b');
  assert.deepEqual([both.status, both.stdout], [2, '']);
  assert.match(both.stderr, /--bundle or --signature, not both/);
  const gone = await thread.run(['verify', at('gone')]);
  assert.equal(gone.status, 2);
});

test('its own options are its own: -o and --git behind "verify" are not those of vet', async () => {
  const tag = await thread.run(['verify', '--git', folder]);
  assert.equal(tag.status, 2);
  assert.match(tag.stderr, /--git needs --tag/);
});
