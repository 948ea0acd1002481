import { type FileHandle, open as openFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { messageOf, ToolcribError } from '@toolcrib/model';
import { openRegular } from '../regular-file.ts';
import { type Artefact, artefactOfBytes, artefactOfDigest, openArtefact } from './artefact.ts';
import type { Expected } from './expected.ts';
import { readTag, requireTarget } from './git-clone.ts';
import { parseJson } from './json.ts';
import { type NamedSigner, readSigner } from './named-signers.ts';
import { parsePurl } from './provenance.ts';
import type { ProofFile } from './scheme.ts';
import { Stop } from './stop.ts';
import { readSigstoreRoot, type TrustRoot } from './trust/root.ts';
import { currentRoot } from './trust/store.ts';
import type { Verification } from './verification.ts';
import { verifyArtefact } from './verify.ts';

/** The command's options as the person gave them: names of files, and names of people. */
export interface VerifyOptions {
  bundle?: string;
  signature?: string;
  certificate?: string;
  checksums?: string;
  identity?: string;
  identityPattern?: string;
  issuer?: string;
  key?: string;
  keyring?: string;
  fingerprint?: string;
  allowedSigners?: string;
  purl?: string;
  sourceRepository?: string;
  sourceRef?: string;
  builder?: string;
  trustedRoot?: string;
  git?: string;
  tag?: string;
  /** Besides those that the options above name. */
  signers?: readonly NamedSigner[];
}

/** A proof is small; larger ones are refused before they are read. */
const MOST_PROOF = 32 * 1024 * 1024;

export interface ReadOptions {
  /**
   * The person named the proofs here and now: each is read once, so that `<(…)` of the shell and other pipes are read
   * too. Otherwise a file named them, and only regular ones are opened: a pipe would be waited for.
   */
  byHand?: boolean;
}

/**
 * Verifies one file (or `sha256:HEX`, or a clone's tag) with the files named; each of those up to 32 MiB.
 * @throws {ToolcribError} only for what the person got wrong: `usage`, `not-found`, `bad-file`, `limit`
 */
export async function runVerify(
  name: string | undefined,
  options: VerifyOptions,
  { byHand = false }: ReadOptions = {},
): Promise<Verification> {
  const bytesOf = byHand ? bytesOfAny : proofBytes;
  const expected = await expectedFrom(options, bytesOf);
  const root = options.trustedRoot ? await givenRoot(options.trustedRoot, bytesOf) : await currentRoot();
  const now = new Date();
  if (options.git !== undefined) return verifyTag(options.git, options.tag, expected, root, now);
  if (name === undefined) throw usage('name the artefact, or a clone with --git and --tag');
  if (options.bundle && options.signature) throw usage('give --bundle or --signature, not both');
  const [proof, certificate, checksums] = await Promise.all([
    proofFile(options.bundle ?? options.signature, bytesOf),
    proofFile(options.certificate, bytesOf),
    proofFile(options.checksums, bytesOf),
  ]);
  const artefact = await open(name);
  try {
    const files = {
      ...(proof && { proof }),
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
  tag: string | undefined,
  expected: Expected,
  root: TrustRoot,
  now: Date,
): Promise<Verification> {
  if (tag === undefined) throw usage('--git needs --tag');
  const bytes = await readTag(folder, tag);
  const proof = { name: `tag ${tag}`, bytes };
  const artefact = artefactOfBytes(`${basename(folder)} ${tag}`, bytes);
  const found = await verifyArtefact(artefact, { proof }, expected, root, now);
  return found.verdict === 'pass' ? requireTarget(found, folder, bytes) : found;
}

function open(name: string): Promise<Artefact> {
  const digest = /^sha256:([0-9a-f]{64})$/.exec(name)?.[1];
  return digest ? Promise.resolve(artefactOfDigest(digest)) : openArtefact(name);
}

async function expectedFrom(options: VerifyOptions, bytesOf: ReadBytes): Promise<Expected> {
  const { purl, sourceRepository, sourceRef, builder } = options;
  if (purl !== undefined && parsePurl(purl) === undefined)
    throw usage(`--purl ${purl} is no package URL: pkg:TYPE/NAME@VERSION`);
  if (options.fingerprint !== undefined && options.keyring === undefined)
    throw usage('--fingerprint needs --keyring: it names one key of the ring');
  return {
    signers: await Promise.all(signersFrom(options).map((signer) => readSigner(signer, bytesOf))),
    ...(purl && { purl }),
    ...(sourceRepository && { sourceRepository }),
    ...(sourceRef && { sourceRef }),
    ...(builder && { builder }),
  };
}

function signersFrom(options: VerifyOptions): NamedSigner[] {
  const { identity, identityPattern, issuer, key, keyring, fingerprint, allowedSigners } = options;
  const signers: NamedSigner[] = [...(options.signers ?? [])];
  if (allowedSigners !== undefined) {
    if (identity === undefined)
      throw usage('--allowed-signers needs --identity: the principal who must have signed');
    signers.push({ by: 'ssh', allowedSigners, principal: identity });
  } else if (identity !== undefined || identityPattern !== undefined) {
    if (issuer === undefined) throw usage('--identity needs --issuer: anybody can have a name somewhere');
    if (identity !== undefined) signers.push({ by: 'certificate', identity, issuer });
    if (identityPattern !== undefined)
      signers.push({ by: 'certificate-pattern', pattern: identityPattern, issuer });
  }
  if (key !== undefined) signers.push({ by: 'key', key });
  if (keyring !== undefined) signers.push({ by: 'openpgp', keyring, fingerprint });
  return signers;
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

const usage = (message: string) =>
  new ToolcribError('usage', message, { next: 'see "toolcrib vet verify --help"' });
