import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { artefactOfBytes } from '../artefact.ts';
import type { Expected } from '../expected.ts';
import { Stop } from '../stop.ts';
import { gitTag, sshKey } from '../testing/keys.ts';
import { BYTES, outcome as code } from '../testing/outcome.ts';
import { verifySshSigner } from './signer.ts';

describe('an ssh signature', () => {
  const key = sshKey();
  const allowed = (line: string): Expected => ({
    signers: [{ kind: 'ssh', allowedSigners: line, principal: 'me@x' }],
  });

  it('a signature for git is none for files, and one for files is none for git', async () => {
    assert.equal(await code(key.sign(BYTES, 'file'), allowed(`me@x ${key.line}`)), 'pass verified');
    assert.equal(await code(key.sign(BYTES, 'git'), allowed(`me@x ${key.line}`)), 'fail other-subject');
    const tag = gitTag({ ...key, sign: (bytes) => key.sign(bytes, 'file') });
    assert.equal(
      await code(tag, allowed(`me@x ${key.line}`), { name: 'tag v1', bytes: tag }),
      'fail other-subject',
    );
  });
  it('a key counts only as its line says', async () => {
    const signature = key.sign(BYTES, 'file');
    assert.equal(await code(signature, allowed(`me@x namespaces="git" ${key.line}`)), 'fail other-identity');
    assert.equal(
      await code(signature, allowed(`me@x valid-before="20200101Z" ${key.line}`)),
      'fail key-expired',
    );
    assert.equal(
      await code(signature, allowed(`me@x valid-after="20990101Z" ${key.line}`)),
      'fail key-expired',
    );
    // The key of an authority vouches for certificates and signs nothing itself.
    assert.equal(await code(signature, allowed(`me@x cert-authority ${key.line}`)), 'unknown unknown-key');
  });

  const judge = async (
    signers: Expected['signers'],
    {
      now = new Date('2026-01-01T00:00:00Z'),
      claimed = undefined as Date | undefined,
      namespaces = ['file'],
      bytes = BYTES,
    } = {},
  ) => {
    try {
      const file = key.sign(BYTES, 'file');
      const artefact = artefactOfBytes('tool', bytes);
      return await verifySshSigner(file, artefact, { signers }, namespaces, now, claimed);
    } catch (error) {
      assert.ok(error instanceof Stop);
      assert.equal(error.extra.signer?.kind, 'key', 'who signed is said, also where it does not count');
      return `${error.code}: ${error.message}`;
    }
  };
  const by = (line: string, principal = 'me@x'): Expected['signers'][number] => ({
    kind: 'ssh',
    allowedSigners: line,
    principal,
  });
  const me = `me@x ${key.line}`;
  const blob = Buffer.from(key.line.split(' ')[1] ?? '', 'base64');
  const fingerprint = `SHA256:${createHash('sha256').update(blob).digest('base64').replaceAll('=', '')}`;

  it('is of the principal, by a key that is named as ssh-keygen names it', async () => {
    assert.deepEqual(await judge([by(me)]), {
      kind: 'key',
      algorithm: 'ssh-ed25519',
      fingerprint,
      name: 'me@x',
    });
    assert.deepEqual(await judge([by(me)], { namespaces: ['git', 'file'] }), await judge([by(me)]));
  });

  it('says why it does not count', async () => {
    const table: [Expected['signers'], Parameters<typeof judge>[1], string][] = [
      [[by(me)], { namespaces: ['git', 'x'] }, 'other-subject: signed for "file", and not for git or x'],
      [
        [by(me)],
        { bytes: Buffer.from('x') },
        'signature-invalid: the signature is not over these bytes by this key',
      ],
      [
        [],
        {},
        `unknown-key: a good signature of the ssh key ${fingerprint}, but no allowed signers were given`,
      ],
      [
        [{ kind: 'minisign', key: 'x' }],
        {},
        `unknown-key: a good signature of the ssh key ${fingerprint}, but no allowed signers were given`,
      ],
      [[by(`me@x ${sshKey().line}`)], {}, 'unknown-key: the ssh key is not among the allowed signers'],
      [[by(`you@x,we@x ${key.line}`)], {}, 'other-identity: the ssh key is of you@x,we@x, not of me@x'],
      [[by(`me@x namespaces="git" ${key.line}`)], {}, 'other-identity: me@x may not sign for "file"'],
      [
        [by(`me@x valid-after="20270101Z" ${key.line}`)],
        {},
        'key-expired: the ssh key of me@x does not count at that time',
      ],
    ];
    for (const [signers, more, said] of table) assert.equal(await judge(signers, more), said);
  });

  it('counts where any of those who are expected may sign, in any of their lines', async () => {
    const stranger = by(`me@x ${sshKey().line}`);
    const other = by(`you@x ${key.line}`);
    assert.equal(typeof (await judge([stranger, other, by(me)])), 'object');
    assert.equal(
      typeof (await judge([by(`me@x namespaces="git" ${key.line}\nme@x namespaces="f*" ${key.line}`)])),
      'object',
    );
    // That the key is known, and another's, says more than that it is not known.
    assert.match(String(await judge([stranger, other])), /^other-identity/);
  });

  it('counts from its first moment until before its last, at the time that is claimed and today', async () => {
    const line = `me@x valid-after="20250101Z",valid-before="20260101Z" ${key.line}`;
    const at = async (now: string, claimed?: string) => {
      const found = await judge([by(line)], {
        now: new Date(now),
        claimed: claimed ? new Date(claimed) : undefined,
      });
      return typeof found === 'string' ? found.split(':')[0] : 'good';
    };
    assert.equal(await at('2025-01-01T00:00:00Z'), 'good');
    assert.equal(await at('2024-12-31T23:59:59.999Z'), 'key-expired');
    assert.equal(await at('2025-12-31T23:59:59.999Z'), 'good');
    assert.equal(await at('2026-01-01T00:00:00Z'), 'key-expired');
    assert.equal(await at('2026-01-01T00:00:00Z', '2025-06-01T00:00:00Z'), 'expired-key-undated');
    assert.equal(await at('2025-06-01T00:00:00Z', '2024-06-01T00:00:00Z'), 'key-expired');
  });
});
