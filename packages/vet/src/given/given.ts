import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ToolcribError } from '@toolcrib/model';
import { parseJson, readLimited } from './json.ts';
import { zipEntries } from './zip.ts';

/** What a file turned out to be, by its content, never by its name. */
type GivenKind = 'osv' | 'scorecard' | 'depsdev' | 'sbom' | 'release';

export interface Given {
  path: string;
  kind: GivenKind;
  /** Over the bytes of the file; of a folder, over `path NUL sha256 LF` of each of its files in order. */
  sha256: string;
  /** Every document in it: one for a file, many for a folder or an OSV export. Can be walked again. */
  documents(): AsyncIterable<{ name: string; content: unknown }>;
}

/** Who reads: a file is read once for each, and each is told of what takes long. */
export interface Reader {
  progress?(text: string): void;
}

const known = new WeakMap<Reader, Map<string, Promise<Given>>>();
const FOLDER_LIMIT = 500_000;

/** @throws ToolcribError `not-found`, `bad-file`, `limit`: what the person gave must be readable */
export function readGiven(path: string, reader: Reader): Promise<Given> {
  const read = known.get(reader) ?? new Map<string, Promise<Given>>();
  known.set(reader, read);
  const found = read.get(path) ?? open(path, reader);
  read.set(path, found);
  return found;
}

async function open(path: string, reader: Reader): Promise<Given> {
  const info = await stat(path).catch((cause) => {
    throw new ToolcribError('not-found', `there is no file ${path}`, { cause });
  });
  if (info.isDirectory()) return openFolder(path);
  // It is read more than once; and a pipe that nobody writes to would be waited for.
  if (!info.isFile())
    throw new ToolcribError('bad-file', `${path} is not a regular file`, {
      next: 'what comes out of a pipe, write to a file first',
    });
  if (await isZip(path)) {
    reader.progress?.(`reading ${path}`);
    return { path, kind: 'osv', sha256: await hashFile(path), documents: () => zipDocuments(path) };
  }
  const bytes = await readLimited(path);
  const text = bytes.toString('utf8');
  const content = /^\s*[{[]/.test(text) ? parseJson(text, path) : text;
  const kind = kindOf(content);
  if (kind === undefined)
    throw new ToolcribError(
      'bad-file',
      `${path} is none of: OSV, Scorecard, deps.dev, CycloneDX, SPDX, Release`,
      {
        next: 'docs/vet.md says where each is to be had',
      },
    );
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { path, kind, sha256, documents: () => once({ name: path, content }) };
}

async function* once<T>(value: T): AsyncGenerator<T> {
  yield value;
}

/** A folder is taken for OSV records, one a file, as the OSV repositories keep them. Links are not followed. */
async function openFolder(path: string): Promise<Given> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.json'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  if (files.length === 0)
    throw new ToolcribError('bad-file', `${path} holds no .json file`, {
      next: 'give a folder of OSV records',
    });
  if (files.length > FOLDER_LIMIT) throw new ToolcribError('limit', `${path} holds ${files.length} files`);
  const hash = createHash('sha256');
  for (const file of files) hash.update(`${file.slice(path.length)}\0${await hashFile(file)}\n`);
  return { path, kind: 'osv', sha256: hash.digest('hex'), documents: () => folderDocuments(files) };
}

async function* folderDocuments(files: readonly string[]) {
  for (const file of files)
    yield { name: file, content: parseJson((await readLimited(file)).toString('utf8'), file) };
}

async function* zipDocuments(path: string) {
  for await (const { name, bytes } of zipEntries(path))
    if (name.endsWith('.json'))
      yield { name: `${path}:${name}`, content: parseJson(bytes.toString('utf8'), `${path}:${name}`) };
}

async function isZip(path: string): Promise<boolean> {
  let head = '';
  for await (const part of createReadStream(path, { end: 3 })) head += (part as Buffer).toString('latin1');
  return head === 'PK\x03\x04';
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const part of createReadStream(path)) hash.update(part as Buffer);
  return hash.digest('hex');
}

function kindOf(content: unknown): GivenKind | undefined {
  if (typeof content === 'string' && /^kind:\s*Release\s*$/m.test(content.slice(0, 4096))) return 'release';
  if (typeof content === 'string')
    return /^SPDXVersion:/m.test(content.slice(0, 4096)) || /<(\w+:)?bom[\s>]/.test(content.slice(0, 4096))
      ? 'sbom'
      : undefined;
  if (Array.isArray(content)) return content.every(isRecord) ? 'osv' : undefined;
  const has = (name: string) => Object.hasOwn(content as object, name);
  if (has('bomFormat') || has('spdxVersion')) return 'sbom';
  if (has('scorecard') && has('checks')) return 'scorecard';
  if (has('versionKey')) return 'depsdev';
  // OSV's own empty answer is `{}`: it is OSV, and it proves nothing.
  return has('vulns') || isRecord(content) || Object.keys(content as object).length === 0 ? 'osv' : undefined;
}

function isRecord(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'id' in value && 'modified' in value;
}
