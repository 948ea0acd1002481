import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { createMessage, generateKey, sign } from 'openpgp';
import { SSH_SIGNATURE } from '../../testing/repository.ts';
import { readSignature } from './signature.ts';

const TAG = 'object aaaa\ntype commit\ntag v1\ntagger A <a@x> 5 +0000\n\nv1\n';
const tag = (...armours: string[]) => readSignature('tag', Buffer.from(TAG + armours.join('')));
const header = (armour: string, name = 'gpgsig') => `${name} ${armour.trimEnd().replaceAll('\n', '\n ')}\n`;
const commit = (headers: string, message = 'x') =>
  readSignature('commit', Buffer.from(`tree aaaa\n${headers}\n${message}\n`));
/** The key within `SSH_SIGNATURE`: its type and 32 bytes from 1 to 32… as ssh-keygen -l names it. */
const bytes = Buffer.from(SSH_SIGNATURE.replace(/-----[^-]+-----/g, ''), 'base64');
const SSH = {
  scheme: 'ssh',
  signer: `SHA256:${createHash('sha256')
    .update(bytes.subarray(14, 14 + 51))
    .digest('base64')
    .replace('=', '')}`,
};
const key = await generateKey({ userIDs: [{ name: 'A' }], format: 'object' });
const PGP = String(
  await sign({
    message: await createMessage({ binary: new Uint8Array([1]) }),
    signingKeys: key.privateKey,
    detached: true,
  }),
).replaceAll('\r', '');
const X509 = '-----BEGIN SIGNED MESSAGE-----\nAAAA\n-----END SIGNED MESSAGE-----\n';

test('a tag is signed by the last armour in its message', async () => {
  assert.deepEqual(await tag(SSH_SIGNATURE), SSH);
  assert.deepEqual(await tag(PGP), {
    scheme: 'openpgp',
    signer: key.publicKey.getFingerprint().toUpperCase(),
  });
  assert.deepEqual(await tag(X509), { scheme: 'x509', signer: null });
  assert.equal((await tag(SSH_SIGNATURE, X509))?.scheme, 'x509');
  assert.equal((await tag(X509, SSH_SIGNATURE))?.scheme, 'ssh');
  assert.equal(await tag(), null);
  assert.equal(await tag(` ${SSH_SIGNATURE}`), null, 'it begins a line');
});

test('a commit is signed in its header, and not by what its message quotes', async () => {
  for (const name of ['gpgsig', 'gpgsig-sha256'])
    assert.deepEqual(await commit(header(SSH_SIGNATURE, name)), SSH);
  assert.deepEqual(await commit(`${header(PGP)}encoding x\n`), {
    scheme: 'openpgp',
    signer: key.publicKey.getFingerprint().toUpperCase(),
  });
  assert.equal(await commit('', header(SSH_SIGNATURE)), null);
  assert.equal(await commit(header('something else')), null);
  assert.equal(await commit(''), null);
  assert.equal(
    (await readSignature('commit', Buffer.from(`tree a\n${header(SSH_SIGNATURE)}`)))?.scheme,
    'ssh',
    'without a message',
  );
});

test('a damaged signature still says which scheme it was meant for', async () => {
  const armour = (raw: Buffer) =>
    `-----BEGIN SSH SIGNATURE-----\n${raw.toString('base64')}\n-----END SSH SIGNATURE-----\n`;
  for (const raw of [bytes.subarray(0, 20), bytes.subarray(0, 8), Buffer.from('SSHSIX'), Buffer.alloc(0)])
    assert.deepEqual(await tag(armour(raw)), { scheme: 'ssh', signer: null });
  assert.equal((await tag(armour(bytes.subarray(0, 14 + 51))))?.signer, SSH.signer);
  assert.deepEqual(await tag('-----BEGIN PGP SIGNATURE-----\n\nx\n-----END PGP SIGNATURE-----\n'), {
    scheme: 'openpgp',
    signer: null,
  });
});
