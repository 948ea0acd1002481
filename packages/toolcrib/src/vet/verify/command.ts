import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { ToolcribError } from '../../model/index.ts';
import { type Artefact, artefactOfBytes, artefactOfDigest, openArtefact } from './artefact.ts';
import { readTag, requireTarget } from './git-clone.ts';
import { parseJson } from './json.ts';
import { Stop } from './outcome.ts';
import { parsePurl } from './provenance.ts';
import { readSigstoreRoot, type TrustRoot } from './trust/root.ts';
import { currentRoot } from './trust/store.ts';
import type { Expected, ExpectedSigner, ProofFile, Verification } from './types.ts';
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
}

/** A proof is small; larger ones are refused before they are read. */
const MOST_PROOF = 32 * 1024 * 1024;

/**
 * Verifies one file (or `sha256:HEX`, or a clone's tag) with the files named.
 * @throws {ToolcribError} only for what the person got wrong: `usage`, `not-found`, `bad-file`, `limit`
 */
export async function runVerify(name: string | undefined, options: VerifyOptions): Promise<Verification> {
  const expected = await expectedFrom(options);
  const root = options.trustedRoot ? await givenRoot(options.trustedRoot) : await currentRoot();
  const now = new Date();
  if (options.git !== undefined) return verifyTag(options.git, options.tag, expected, root, now);
  if (name === undefined) throw usage('name the artefact, or a clone with --git and --tag');
  if (options.bundle && options.signature) throw usage('give --bundle or --signature, not both');
  const [proof, certificate, checksums] = await Promise.all([
    proofFile(options.bundle ?? options.signature),
    proofFile(options.certificate),
    proofFile(options.checksums),
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

async function expectedFrom(options: VerifyOptions): Promise<Expected> {
  const { purl, sourceRepository, sourceRef, builder } = options;
  if (purl !== undefined && parsePurl(purl) === undefined)
    throw usage(`--purl ${purl} is no package URL: pkg:TYPE/NAME@VERSION`);
  if (options.fingerprint !== undefined && options.keyring === undefined)
    throw usage('--fingerprint needs --keyring: it names one key of the ring');
  return {
    signers: await signersFrom(options),
    ...(purl && { purl }),
    ...(sourceRepository && { sourceRepository }),
    ...(sourceRef && { sourceRef }),
    ...(builder && { builder }),
  };
}

async function signersFrom(options: VerifyOptions): Promise<ExpectedSigner[]> {
  const { identity, identityPattern, issuer, key, keyring, fingerprint, allowedSigners } = options;
  const signers: ExpectedSigner[] = [];
  if (allowedSigners !== undefined) {
    if (identity === undefined)
      throw usage('--allowed-signers needs --identity: the principal who must have signed');
    signers.push({
      kind: 'ssh',
      allowedSigners: (await bytesOf(allowedSigners)).toString('utf8'),
      principal: identity,
    });
  } else if (identity !== undefined || identityPattern !== undefined) {
    if (issuer === undefined) throw usage('--identity needs --issuer: anybody can have a name somewhere');
    if (identity !== undefined) signers.push({ kind: 'certificate', identity, issuer });
    if (identityPattern !== undefined)
      signers.push({ kind: 'certificate-pattern', pattern: identityPattern, issuer });
  }
  if (key !== undefined) {
    const text = (await bytesOf(key)).toString('latin1');
    signers.push(
      text.includes('-----BEGIN') ? { kind: 'public-key', pem: text } : { kind: 'minisign', key: text },
    );
  }
  if (keyring !== undefined) {
    signers.push({ kind: 'openpgp', keyring: await bytesOf(keyring), ...(fingerprint && { fingerprint }) });
  }
  return signers;
}

async function givenRoot(path: string): Promise<TrustRoot> {
  const [bytes, { mtime }] = [await bytesOf(path), await stat(path)];
  try {
    return readSigstoreRoot(parseJson(bytes, path), mtime.toISOString(), basename(path));
  } catch (cause) {
    if (cause instanceof Stop) throw new ToolcribError('bad-file', cause.message, { cause });
    throw cause;
  }
}

async function proofFile(path: string | undefined): Promise<ProofFile | undefined> {
  return path === undefined ? undefined : { name: basename(path), bytes: await bytesOf(path) };
}

async function bytesOf(path: string): Promise<Buffer> {
  const { size } = await stat(path).catch((cause: unknown) => {
    throw new ToolcribError('not-found', `cannot read ${path}`, { cause });
  });
  if (size > MOST_PROOF) throw new ToolcribError('limit', `${path} is too large to be a signature or a key`);
  return readFile(path);
}

const usage = (message: string) =>
  new ToolcribError('usage', message, { next: 'see "toolcrib vet verify --help"' });
