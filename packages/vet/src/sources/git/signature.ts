import { createHash } from 'node:crypto';
import type { GitSignature } from '../../facts/git.ts';

const SCHEMES = [
  { begin: '-----BEGIN PGP SIGNATURE-----', scheme: 'openpgp' },
  { begin: '-----BEGIN SSH SIGNATURE-----', scheme: 'ssh' },
  { begin: '-----BEGIN SIGNED MESSAGE-----', scheme: 'x509' },
] as const;

/**
 * Which scheme a raw tag or commit object is signed by, and by which key *according to the signature itself*. Nothing
 * is verified here: anybody can write another's key id into a signature.
 */
export async function readSignature(type: string, raw: Buffer): Promise<GitSignature | null> {
  const armor = type === 'commit' ? commitArmor(raw.toString('latin1')) : tagArmor(raw.toString('latin1'));
  const known = SCHEMES.find(({ begin }) => armor?.startsWith(begin));
  if (armor === undefined || known === undefined) return null;
  return { scheme: known.scheme, signer: await signerOf(known.scheme, armor) };
}

function commitArmor(text: string): string | undefined {
  const headers = text.slice(0, text.indexOf('\n\n') === -1 ? undefined : text.indexOf('\n\n') + 1);
  const match = /^gpgsig(?:-sha256)? ((?:.*\n)(?: .*\n)*)/m.exec(headers);
  return match?.[1]?.replaceAll('\n ', '\n');
}

/** A tag's signature is the last armour that begins a line in its message. */
function tagArmor(text: string): string | undefined {
  const starts = SCHEMES.map(({ begin }) => text.lastIndexOf(`\n${begin}`));
  const start = Math.max(...starts);
  return start === -1 ? undefined : text.slice(start + 1);
}

async function signerOf(scheme: GitSignature['scheme'], armor: string): Promise<string | null> {
  try {
    if (scheme === 'ssh') return sshFingerprint(armor);
    if (scheme === 'openpgp') return await openpgpIssuer(armor);
  } catch {
    // A damaged signature still says which scheme it was meant for; whether it holds is for verification.
  }
  return null;
}

/** PROTOCOL.sshsig: "SSHSIG", uint32 version, string public key. The fingerprint is what `ssh-keygen -l` prints. */
function sshFingerprint(armor: string): string | null {
  const bytes = Buffer.from(armor.replace(/-----[^-]+-----/g, ''), 'base64');
  if (bytes.subarray(0, 6).toString('latin1') !== 'SSHSIG') return null;
  const length = bytes.readUInt32BE(10);
  if (14 + length > bytes.length) return null;
  const digest = createHash('sha256')
    .update(bytes.subarray(14, 14 + length))
    .digest('base64');
  return `SHA256:${digest.replace(/=+$/, '')}`;
}

async function openpgpIssuer(armor: string): Promise<string | null> {
  // 300 ms to load, and only signed repositories need it.
  const { readSignature: read } = await import('openpgp');
  const packet = (await read({ armoredSignature: armor })).packets[0];
  if (packet === undefined) return null;
  const fingerprint = packet.issuerFingerprint;
  if (fingerprint instanceof Uint8Array) return Buffer.from(fingerprint).toString('hex').toUpperCase();
  return packet.issuerKeyID.toHex().toUpperCase();
}
