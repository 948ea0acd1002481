import { type FileHandle, open as openFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { messageOf, ToolcribError } from '@toolcrib/model';
import { openRegular } from '../regular-file.ts';
import { artefactOfBytes, artefactOfDigest, openArtefact } from './artefact.ts';
import type { Expected } from './expected.ts';
import { readTag, requireTarget } from './git-clone.ts';
import type { SignatureInput } from './input.ts';
import { parseJson } from './json.ts';
import { readSigner } from './named-signers.ts';
import { parsePurl } from './provenance.ts';
import type { ProofFile } from './scheme.ts';
import { Stop } from './stop.ts';
import { readSigstoreRoot, type TrustRoot } from './trust/root.ts';
import { currentRoot } from './trust/store.ts';
import type { Verification } from './verification.ts';
import { verifyArtefact } from './verify.ts';

/** A proof is small; larger ones are refused before they are read. */
const MOST_PROOF = 32 * 1024 * 1024;

/**
 * Verifies one artefact with the files named; each of those up to 32 MiB.
 * @throws {ToolcribError} only for what was asked wrongly: `usage`, `not-found`, `bad-file`, `limit`
 */
export async function runVerify(asked: SignatureInput): Promise<Verification> {
  const { artefact: named, proof, trustedRoot } = asked;
  const bytesOf = asked.byHand ? bytesOfAny : proofBytes;
  const expected = await expectedFrom(asked, bytesOf);
  const root = trustedRoot === undefined ? await currentRoot() : await givenRoot(trustedRoot, bytesOf);
  const now = new Date();
  if ('clone' in named) return verifyTag(named.clone, named.tag, expected, root, now);
  const signed = proof && ('bundle' in proof ? proof.bundle : proof.signature);
  const [given, certificate, checksums] = await Promise.all([
    proofFile(signed, bytesOf),
    proofFile(asked.certificate, bytesOf),
    proofFile(asked.checksums, bytesOf),
  ]);
  const artefact = 'file' in named ? await openArtefact(named.file) : artefactOfDigest(named.sha256);
  try {
    const files = {
      ...(given && { proof: given }),
      ...(certificate && { certificate }),
      ...(checksums && { checksums }),
    };
    return await verifyArtefact(artefact, files, expected, root, now);
  } finally {
    await artefact.close();
  }
}

async function verifyTag(
  folder: string,
  tag: string,
  expected: Expected,
  root: TrustRoot,
  now: Date,
): Promise<Verification> {
  const bytes = await readTag(folder, tag);
  const proof = { name: `tag ${tag}`, bytes };
  const artefact = artefactOfBytes(`${basename(folder)} ${tag}`, bytes);
  const found = await verifyArtefact(artefact, { proof }, expected, root, now);
  return found.verdict === 'pass' ? requireTarget(found, folder, bytes) : found;
}

async function expectedFrom(asked: SignatureInput, bytesOf: ReadBytes): Promise<Expected> {
  const { signers = [], purl, sourceRepository, sourceRef, builder } = asked;
  if (purl !== undefined && parsePurl(purl) === undefined)
    throw new ToolcribError('usage', `${purl || 'an empty text'} is no package URL: pkg:TYPE/NAME@VERSION`);
  return {
    signers: await Promise.all(signers.map((signer) => readSigner(signer, bytesOf))),
    ...(purl !== undefined && { purl }),
    ...(sourceRepository !== undefined && { sourceRepository }),
    ...(sourceRef !== undefined && { sourceRef }),
    ...(builder !== undefined && { builder }),
  };
}

async function givenRoot(path: string, bytesOf: ReadBytes): Promise<TrustRoot> {
  const [bytes, { mtime }] = [await bytesOf(path), await stat(path)];
  try {
    return readSigstoreRoot(parseJson(bytes, path), mtime.toISOString(), basename(path));
  } catch (cause) {
    if (cause instanceof Stop) throw new ToolcribError('bad-file', cause.message, { cause });
    throw cause;
  }
}

async function proofFile(path: string | undefined, bytesOf: ReadBytes): Promise<ProofFile | undefined> {
  return path === undefined ? undefined : { name: basename(path), bytes: await bytesOf(path) };
}

type ReadBytes = (path: string) => Promise<Buffer>;

/**
 * The bytes of a proof, a key or a trust root: a regular file of up to 32 MiB.
 * @throws {ToolcribError} `not-found`, `bad-file`, `limit`
 */
export async function proofBytes(path: string): Promise<Buffer> {
  return readUpTo(await openRegular(path), path);
}

async function bytesOfAny(path: string): Promise<Buffer> {
  const file = await openFile(path).catch((cause: unknown) => {
    throw new ToolcribError('not-found', `cannot read ${path}`, { cause });
  });
  return readUpTo(file, path);
}

/** Counted while it is read: a pipe or a device has no size that could be asked for. */
async function readUpTo(file: FileHandle, path: string): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  try {
    for await (const part of file.createReadStream({ autoClose: false })) {
      size += (part as Buffer).length;
      if (size > MOST_PROOF)
        throw new ToolcribError('limit', `${path} is too large to be a signature or a key`);
      parts.push(part as Buffer);
    }
  } catch (cause) {
    if (cause instanceof ToolcribError) throw cause;
    throw new ToolcribError('bad-file', `cannot read ${path}: ${messageOf(cause)}`, { cause });
  } finally {
    await file.close();
  }
  return Buffer.concat(parts);
}
