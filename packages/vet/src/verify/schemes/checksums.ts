import type { DigestAlgorithm } from '../artefact.ts';
import { conclude } from '../outcome.ts';
import type { Scheme } from '../scheme.ts';
import { printable, Stop } from '../stop.ts';

/** One line of a checksum file. `name` is absent in a file that holds a single digest and nothing else. */
interface ChecksumLine {
  algorithms: readonly DigestAlgorithm[];
  digest: string;
  name?: string;
}

const MOST_BYTES = 16 * 1024 * 1024;
const MOST_LINES = 100_000;

/**
 * Checksum files: GNU (`DIGEST  NAME`), BSD (`SHA256 (NAME) = DIGEST`), a single digest. They show that a download is
 * whole, and never who made it: whoever can replace the file can replace the list. So the best there is, is
 * `integrity-only`, which is unknown; a signature over the list makes it more (see `verify.ts`).
 */
export const checksums: Scheme = {
  name: 'checksums',
  title: 'checksum file (integrity only; with a signature over it: authenticity)',
  recognise: ({ bytes }) => {
    if (bytes.length === 0 || bytes.length > MOST_BYTES) return false;
    const head = Buffer.from(bytes.subarray(0, 4096)).toString('latin1').split(/\r?\n/)[0] ?? '';
    return lineOf(head, true) !== undefined;
  },
  verify: (input) =>
    conclude('checksums', input.artefact, async () => {
      const { artefact, proof } = input;
      const { line, digests } = await lineFor(input);
      const algorithm = line.algorithms.find((one) => digests[one] === line.digest);
      if (algorithm === undefined) {
        throw new Stop(
          'artefact-mismatch',
          `${proof.name} names another digest for ${artefact.name}: ${line.digest}`,
        );
      }
      return {
        code: 'integrity-only',
        reason: `the ${algorithm} is the one in ${proof.name}; nobody signed that list, so it says nothing of who made it`,
        time: { from: 'none' },
        notes: [],
      };
    }),
};

/**
 * The line about this artefact, and the artefact's own digests in the algorithms it may mean.
 * @throws {Stop} `nothing-to-verify`, `other-name`, `not-understood`, `unsupported`, `limit`
 */
async function lineFor({ artefact, proof }: Parameters<Scheme['verify']>[0]) {
  const lines = readChecksums(proof.bytes);
  const mine = lines.filter(({ name }) => name === undefined || sameName(name, artefact.name));
  const line = mine[0];
  if (line === undefined) throw await notNamed(lines, artefact.name, artefact.digests.bind(artefact));
  const differ = (a: ChecksumLine, b: ChecksumLine) =>
    a.digest !== b.digest && a.algorithms.some((algorithm) => b.algorithms.includes(algorithm));
  const first = new Map<string, ChecksumLine>();
  for (const one of mine)
    for (const algorithm of one.algorithms) if (!first.has(algorithm)) first.set(algorithm, one);
  if (mine.some((one) => one.algorithms.some((algorithm) => differ(one, first.get(algorithm) ?? one))))
    throw new Stop('not-understood', `${proof.name} names ${artefact.name} with different digests`);
  // Several algorithms for one file are fine; the strongest decides.
  const strongest = mine.toSorted((a, b) => b.digest.length - a.digest.length)[0] ?? line;
  if (strongest.digest.length < 64) throw new Stop('unsupported', 'MD5 and SHA-1 no longer identify a file');
  return {
    line: strongest,
    digests: (await artefact.digests(strongest.algorithms)) as Record<string, string>,
  };
}

async function notNamed(
  lines: readonly ChecksumLine[],
  name: string,
  digests: (algorithms: DigestAlgorithm[]) => Promise<Record<string, string>>,
): Promise<Stop> {
  const algorithms = [...new Set(lines.flatMap((line) => line.algorithms))].filter(
    (one) => one !== 'md5' && one !== 'sha1',
  );
  const own = new Set(Object.values(await digests(algorithms)));
  const same = lines.find(({ digest }) => own.has(digest));
  if (same !== undefined && own.has(name.replace(/^sha256:/, '')))
    return new Stop(
      'nothing-to-verify',
      `the list names files, and only a digest was given: it is that of ${printable(same.name ?? '')}`,
    );
  return same === undefined
    ? new Stop('nothing-to-verify', `${name} is not in the list`)
    : new Stop('other-name', `the list has these bytes under another name: ${printable(same.name ?? '')}`);
}

/** A list may hold paths (`./dist/tool.tar.gz`); the file at hand has only its name. */
const sameName = (listed: string, name: string) =>
  listed === name || (listed.split(/[\\/]/).at(-1) ?? '') === name;

/** @throws {Stop} `limit`, `not-understood` */
function readChecksums(bytes: Uint8Array): ChecksumLine[] {
  if (bytes.length > MOST_BYTES) throw new Stop('limit', 'the checksum file is over 16 MiB');
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Stop('not-understood', 'the checksum file is not text');
  }
  const rows = text.split(/\r?\n/, MOST_LINES + 1).filter((row) => row.trim() !== '' && !row.startsWith('#'));
  if (rows.length > MOST_LINES)
    throw new Stop('limit', `the checksum file has more than ${MOST_LINES} lines`);
  const lines = rows.map((row) => lineOf(row, rows.length === 1));
  const bad = lines.indexOf(undefined);
  if (bad >= 0) throw new Stop('not-understood', `this is no checksum file (line ${bad + 1} is no checksum)`);
  if (lines.length === 0) throw new Stop('nothing-to-verify', 'the checksum file is empty');
  return lines.filter((line) => line !== undefined);
}

/** A 128-digit digest is SHA-512 in most lists and BLAKE2b in those of `b2sum`; the list does not say. */
const BY_LENGTH: Record<number, readonly DigestAlgorithm[]> = {
  32: ['md5'],
  40: ['sha1'],
  56: ['sha224'],
  64: ['sha256'],
  96: ['sha384'],
  128: ['sha512', 'blake2b512'],
};

const BY_TAG: Record<string, DigestAlgorithm> = {
  MD5: 'md5',
  SHA1: 'sha1',
  SHA224: 'sha224',
  SHA256: 'sha256',
  'SHA2-256': 'sha256',
  SHA384: 'sha384',
  SHA512: 'sha512',
  'SHA2-512': 'sha512',
  BLAKE2b: 'blake2b512',
};

function lineOf(row: string, alone: boolean): ChecksumLine | undefined {
  const bsd = /^\\?([A-Za-z0-9-]+) \((.+)\) = ([0-9a-fA-F]+)$/.exec(row);
  if (bsd) {
    const [, tag = '', name = '', digest = ''] = bsd;
    const algorithm = BY_TAG[tag];
    return algorithm && digestOf([algorithm], digest, name, row);
  }
  const gnu = /^\\?([0-9a-fA-F]{32,128})(?:[ \t]+\*?(.+))?$/.exec(row.trimEnd());
  if (!gnu) return undefined;
  const [, digest = '', name] = gnu;
  const algorithms = BY_LENGTH[digest.length];
  if (algorithms === undefined || (name === undefined && !alone)) return undefined;
  return digestOf(algorithms, digest, name, row);
}

function digestOf(
  algorithms: readonly DigestAlgorithm[],
  digest: string,
  name: string | undefined,
  row: string,
) {
  const fits = algorithms.some((algorithm) => BY_LENGTH[digest.length]?.includes(algorithm));
  if (!fits) return undefined;
  // GNU escapes a backslash or line break in a name and says so by a backslash before the line.
  const plain = row.startsWith('\\')
    ? name?.replaceAll(/\\([\\n])/g, (_, one) => (one === 'n' ? '\n' : '\\'))
    : name;
  return { algorithms, digest: digest.toLowerCase(), ...(plain !== undefined && { name: plain }) };
}
