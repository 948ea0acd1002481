import { createMessage, readSignature, verify } from 'openpgp';
import { artefactOfBytes } from '../artefact.ts';
import { boundSignatures, judgeSignatures } from '../openpgp/judge.ts';
import { expectedKeys } from '../openpgp/keys.ts';
import { conclude } from '../outcome.ts';
import { parsePurl } from '../provenance.ts';
import type { Scheme, VerifyInput } from '../scheme.ts';
import type { Found } from '../several.ts';
import { verifySshSigner } from '../ssh/signer.ts';
import { messageOf, printable, Stop } from '../stop.ts';
import { tagNames } from '../tag.ts';
import type { SignedAt } from '../verification.ts';

/**
 * A signed tag or commit of git, as `git cat-file` prints it: artefact and signature in one. The proof's name is what
 * the object must be: `tag v1.2.3` or `commit`.
 */
export const gitObject: Scheme = {
  name: 'git-object',
  title: 'signed tag or commit of git (OpenPGP or ssh)',
  recognise: ({ bytes }) =>
    /^(object [0-9a-f]{40,64}\ntype |tree [0-9a-f]{40,64}\n)/.test(
      Buffer.from(bytes.subarray(0, 128)).toString('latin1'),
    ),
  verify: (input) =>
    conclude('git-object', input.artefact, async () => {
      const bytes = Buffer.from(await input.artefact.whole());
      const { payload, signature } = split(bytes);
      requireName(payload, input.proof.name);
      const found = await verifySignature(payload, signature, input);
      const unchecked = requireVersion(payload, input.expected.purl);
      const target = /^object ([0-9a-f]{40,64})\n/.exec(payload.toString('latin1'))?.[1];
      return {
        ...found,
        notes: [...found.notes, ...unchecked, ...(target ? [`the tag is of commit ${target}`] : [])],
      };
    }),
};

const BEGINS = [
  '-----BEGIN PGP SIGNATURE-----',
  '-----BEGIN SSH SIGNATURE-----',
  '-----BEGIN SIGNED MESSAGE-----',
  '-----BEGIN PGP MESSAGE-----',
];

/** A tag carries its signature after its message, a commit in the header `gpgsig`. */
function split(object: Buffer): { payload: Buffer; signature: string } {
  const text = object.toString('latin1');
  return text.startsWith('object ') ? splitTag(text) : splitCommit(text);
}

function splitTag(text: string): { payload: Buffer; signature: string } {
  const starts = BEGINS.map((begin) => text.lastIndexOf(`\n${begin}`)).filter((at) => at >= 0);
  if (starts.length === 0) throw new Stop('nothing-to-verify', 'the tag is not signed');
  const at = Math.max(...starts) + 1;
  return { payload: Buffer.from(text.slice(0, at), 'latin1'), signature: text.slice(at) };
}

function splitCommit(text: string): { payload: Buffer; signature: string } {
  const end = text.indexOf('\n\n');
  const header = end < 0 ? text : text.slice(0, end + 1);
  const match = /\ngpgsig(?:-sha256)? ((?:[^\n]*\n)(?: [^\n]*\n)*)/.exec(header);
  if (!match) throw new Stop('nothing-to-verify', 'the commit is not signed');
  if (header.split('\ngpgsig').length > 2) throw new Stop('unsupported', 'the commit has several signatures');
  const before = text.slice(0, match.index + 1);
  const after = text.slice(match.index + match[0].length);
  return {
    payload: Buffer.from(before + after, 'latin1'),
    signature: (match[1] ?? '').replaceAll('\n ', '\n'),
  };
}

/** A signed tag can be put under another name; what it is called stands inside. */
function requireName(payload: Buffer, asked: string): void {
  const wanted = /^tag (.+)$/.exec(asked)?.[1];
  if (wanted === undefined) return;
  const named = tagName(payload);
  if (named !== wanted)
    throw new Stop('other-subject', `the signed tag is called ${named ?? 'nothing'}, not ${wanted}`);
}

/**
 * A tag says which version it is, and no more: the same signer may sign the tags of many repositories.
 * @returns what was not checked
 * @throws {Stop} `other-subject`, `provenance-undecided`
 */
function requireVersion(payload: Buffer, purl: string | undefined): string[] {
  if (purl === undefined) return [];
  const read = parsePurl(purl);
  if (read === undefined) throw new Stop('provenance-undecided', `${printable(purl)} is no package URL`);
  const tag = tagName(payload);
  if (tag === undefined || !read.version)
    return [`it names no package and version: that it is ${purl} was not checked`];
  const names = tagNames(tag, read);
  if (names === 'no')
    throw new Stop(
      'other-subject',
      `the signed tag is called ${printable(tag)}, and is not of ${read.version}`,
    );
  if (names === 'cannot tell') {
    throw new Stop(
      'provenance-undecided',
      `the signed tag ${printable(tag)} may be of another part of the repository than ${read.name}`,
    );
  }
  return [`a tag names no package: of ${purl} only the version was checked`];
}

/** What a tag is called within; undefined for a commit. */
function tagName(payload: Buffer): string | undefined {
  const header = payload.toString('utf8').split('\n\n', 1)[0] ?? '';
  return header.startsWith('object ') ? /^tag (.+)$/m.exec(header)?.[1] : undefined;
}

async function verifySignature(payload: Buffer, signature: string, input: VerifyInput): Promise<Found> {
  if (signature.startsWith('-----BEGIN SSH SIGNATURE-----')) {
    const at = taggerTime(payload);
    const signer = await verifySshSigner(
      Buffer.from(signature, 'latin1'),
      artefactOfBytes('git object', payload),
      input.expected,
      ['git'],
      input.now,
      at,
    );
    const time: SignedAt = at ? { at: at.toISOString(), from: 'claim' } : { from: 'none' };
    return {
      code: 'verified',
      reason: `signed with the ssh key of ${signer.kind === 'key' ? signer.name : ''}`,
      signer,
      time,
      notes: [],
    };
  }
  if (!signature.startsWith('-----BEGIN PGP SIGNATURE-----')) {
    throw new Stop('unsupported', 'signed in a form that is not supported here (X.509, gitsign)');
  }
  const keys = await expectedKeys(input.expected, input.now);
  try {
    const armored = await readSignature({ armoredSignature: signature });
    boundSignatures(armored);
    const message = await createMessage({ binary: new Uint8Array(payload), format: 'binary' });
    const result = await verify({
      message,
      signature: armored,
      verificationKeys: keys,
      date: input.now,
      format: 'binary',
    });
    return await judgeSignatures(result.signatures, keys, 'binary', input.now);
  } catch (error) {
    if (error instanceof Stop) throw error;
    throw new Stop('not-understood', `the OpenPGP signature cannot be read: ${messageOf(error)}`);
  }
}

function taggerTime(payload: Buffer): Date | undefined {
  const seconds = Number(
    /^(?:tagger|committer) .*> (\d{1,11}) [+-]\d{4}$/m.exec(payload.toString('latin1'))?.[1],
  );
  return Number.isFinite(seconds) ? new Date(seconds * 1000) : undefined;
}
