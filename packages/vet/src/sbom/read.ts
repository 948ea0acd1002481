import { createRequire } from 'node:module';
import { basename } from 'node:path';
import { messageOf, ToolcribError } from '@toolcrib/model';
import type * as z from 'zod';
import { openRegular } from '../regular-file.ts';
import { jsonExcess } from '../verify/json.ts';
import { CycloneDxSchema, fromCycloneDx } from './cyclonedx.ts';
import { readCycloneDxXml } from './cyclonedx-xml.ts';
import { SBOM_LIMITS, type Sbom } from './model.ts';
import { fromSpdx, SpdxSchema } from './spdx.ts';
import { readSpdxTagValue } from './spdx-tag-value.ts';

/**
 * Reads an SBOM file: CycloneDX (JSON, XML) or SPDX 2 (JSON, tag-value), told by content.
 * @throws {ToolcribError} `not-found`, `bad-file` (what and where), `limit`
 */
export async function readSbomFile(path: string): Promise<Sbom> {
  return readSbom(await readSbomBytes(path), basename(path));
}

/** The bytes of such a file, as yet unread. @throws {ToolcribError} `not-found`, `bad-file`, `limit` */
export async function readSbomBytes(path: string): Promise<Buffer> {
  const file = await openRegular(path);
  try {
    const { size } = await file.stat();
    if (size > SBOM_LIMITS.bytes) throw tooLarge(path);
    return await file.readFile();
  } finally {
    await file.close();
  }
}

/** The same from bytes; `name` is for messages. */
export function readSbom(bytes: Uint8Array, name: string): Sbom {
  if (bytes.length > SBOM_LIMITS.bytes) throw tooLarge(name);
  const sbom = parse(bytes, name);
  if (sbom.components.length > SBOM_LIMITS.components) {
    throw new ToolcribError('limit', `${name} has more than ${SBOM_LIMITS.components} components`);
  }
  return sbom;
}

function parse(bytes: Uint8Array, name: string): Sbom {
  const text = decode(bytes, name);
  const first = text.trimStart()[0];
  if (first === '<') return fromCycloneDx(check(CycloneDxSchema, readCycloneDxXml(text, name), name));
  if (first !== '{') return fromSpdx(check(SpdxSchema, readSpdxTagValue(text, name), name));
  const excess = jsonExcess(bytes, SBOM_LIMITS);
  if (excess !== undefined) throw new ToolcribError('limit', `${name} ${excess}`);
  // Counted before it is parsed: a million objects cost a gigabyte once they are objects.
  if (
    countOf(bytes, '"bom-ref"', '"SPDXID"', '"purl"') > SBOM_LIMITS.components * 3 ||
    countOf(bytes, '"name"') > SBOM_LIMITS.components * 3
  ) {
    throw new ToolcribError('limit', `${name} has more than ${SBOM_LIMITS.components} components`);
  }
  const json = parseJsonText(text, name);
  const isObject = typeof json === 'object' && json !== null;
  if (isObject && longest(json) > SBOM_LIMITS.components) {
    throw new ToolcribError('limit', `${name} has more than ${SBOM_LIMITS.components} components`);
  }
  if (isObject && 'bomFormat' in json) return fromCycloneDx(check(CycloneDxSchema, json, name));
  if (isObject && 'spdxVersion' in json) return fromSpdx(check(SpdxSchema, json, name));
  if (isObject && '@graph' in json)
    throw new ToolcribError('bad-file', `${name} is SPDX 3, which is not read yet`);
  throw new ToolcribError('bad-file', `${name} is neither CycloneDX nor SPDX`);
}

function check<T>(schema: z.ZodType<T>, value: unknown, name: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new ToolcribError(
    'bad-file',
    `${name}: ${issue?.path.join('.') || 'the document'}: ${issue?.message}`,
  );
}

function parseJsonText(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ToolcribError('bad-file', `${name} is not JSON: ${messageOf(cause)}`, { cause });
  }
}

function decode(bytes: Uint8Array, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new ToolcribError('bad-file', `${name} is not text (UTF-8)`);
  }
}

/** The longest list of components, as it came from the parser. */
function longest(json: object): number {
  const { components, packages } = json as { components?: unknown; packages?: unknown };
  return Math.max(...[components, packages].map((list) => (Array.isArray(list) ? list.length : 0)));
}

function countOf(bytes: Uint8Array, ...words: string[]): number {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  let count = 0;
  for (const word of words) {
    for (let at = buffer.indexOf(word); at >= 0; at = buffer.indexOf(word, at + word.length)) count++;
  }
  return count;
}

const tooLarge = (name: string) =>
  new ToolcribError('limit', `${name} is over ${SBOM_LIMITS.bytes / 1024 / 1024} MiB`);

type Validator = import('@cyclonedx/cyclonedx-library').Validation.JsonStrictValidator;
/** A schema takes a second to compile, so each is compiled once. */
const validators = new Map<string, Validator>();

function validatorOf(specVersion: string): Validator | undefined {
  const known = validators.get(specVersion);
  if (known !== undefined) return known;
  // The library is CommonJS and large; it is loaded only here.
  const require = createRequire(import.meta.url);
  const { Spec, Validation } =
    require('@cyclonedx/cyclonedx-library') as typeof import('@cyclonedx/cyclonedx-library');
  const version = Object.values(Spec.Version).find((one) => one === specVersion);
  if (version === undefined) return undefined;
  const made = new Validation.JsonStrictValidator(version);
  validators.set(specVersion, made);
  return made;
}

/** More than this and the schema's "all different" rules alone take seconds. */
const MOST_FOR_SCHEMA = 1000;

/**
 * Whether a CycloneDX JSON file keeps to its published schema, by the CycloneDX project's own library.
 * @returns `valid`, or what is wrong, or why it was not checked
 */
export async function cycloneDxSchema(text: string, sbom: Sbom): Promise<string> {
  if (sbom.format !== 'cyclonedx' || !text.trimStart().startsWith('{'))
    return 'not checked: only for CycloneDX in JSON';
  if (sbom.components.length > MOST_FOR_SCHEMA) return `not checked: more than ${MOST_FOR_SCHEMA} components`;
  const validator = validatorOf(sbom.specVersion);
  if (validator === undefined) return `not checked: no schema for version ${sbom.specVersion}`;
  const problem = await validator.validate(text);
  if (problem === null) return 'valid';
  const [first] = Array.isArray(problem) ? problem : [problem];
  const { instancePath = '', message = 'invalid' } = first as { instancePath?: string; message?: string };
  return `invalid: ${instancePath || 'the document'} ${message}`;
}
