import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { runVerify } from './command.ts';
import type { SignatureInput } from './input.ts';

const folder = mkdtempSync(join(tmpdir(), 'toolcrib-verify-'));
const at = (name: string) => join(folder, name);
before(() => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const tool = Buffer.from('a tool\n');
  writeFileSync(at('tool'), tool);
  writeFileSync(at('tool.sig'), sign('sha256', tool, privateKey).toString('base64'));
  writeFileSync(at('key.pem'), publicKey.export({ format: 'pem', type: 'spki' }));
  writeFileSync(at('sums'), `${createHash('sha256').update(tool).digest('hex')}  tool\n`);
  execFileSync('mkfifo', [at('pipe')]);
});
after(() => rmSync(folder, { recursive: true }));

test('a pipe that the person names by hand is read, as the shell makes one of <(…)', async () => {
  const written = execFile('sh', ['-c', 'cat "$0" > "$1"', at('key.pem'), at('pipe')]);
  const { verdict, reason } = await runVerify({
    artefact: { file: at('tool') },
    proof: { signature: at('tool.sig') },
    signers: [{ by: 'key', key: at('pipe') }],
    byHand: true,
  });
  assert.equal(verdict, 'pass', reason);
  written.kill();
});

test('what never ends is read up to its limit; what was not named by hand is a regular file or nothing', async () => {
  const signature = (name: string, key?: string): Partial<SignatureInput> => ({
    proof: { signature: name },
    signers: key === undefined ? [] : [{ by: 'key', key }],
  });
  const cases: [Partial<SignatureInput>, boolean, string][] = [
    [signature('/dev/zero', at('key.pem')), true, 'limit'],
    [signature(at('tool.sig'), '/dev/zero'), true, 'limit'],
    [signature(folder), true, 'bad-file'],
    [signature(at('gone')), true, 'not-found'],
    [signature(at('tool.sig'), at('pipe')), false, 'bad-file'],
    [signature('/dev/zero'), false, 'bad-file'],
    [{ checksums: at('pipe') }, false, 'bad-file'],
    [{ trustedRoot: at('pipe') }, false, 'bad-file'],
    [signature(at('gone')), false, 'not-found'],
  ];
  for (const [asked, byHand, code] of cases) {
    const verify = runVerify({ artefact: { file: at('tool') }, ...asked, byHand });
    await assert.rejects(verify, { code }, JSON.stringify(asked));
  }
});

test('a purl that is none is said by what was given, whoever asks', async () => {
  for (const purl of ['tool@1', ''])
    await assert.rejects(runVerify({ artefact: { file: at('tool') }, purl }), {
      code: 'usage',
      message: /is no package URL: pkg:TYPE\/NAME@VERSION$/,
    });
});
