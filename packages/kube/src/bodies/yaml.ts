import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  type ParsedNode,
  parseAllDocuments,
  parseDocument,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { KubeError } from '../errors.ts';
import { readPlainScalar } from './yaml-scalar.ts';

/** Of what aliases repeat, in characters: the rest of a body is bounded by its length. */
const MOST_REPEATED = 1024 * 1024;

/**
 * Reads one YAML document as the API server does (goyaml v2 by way of sigs.k8s.io/yaml), in time linear to its length:
 * the library only makes the tree, for what it does on top is quadratic in the keys of one mapping. Merges (`<<`) take
 * effect where they stand, as there.
 *
 * @returns the value that its JSON has; aliases give the same object again
 * @throws KubeError `bad-body`, also for what may be read in two ways: a key that stands twice, several documents, tags
 *   that are not YAML's own scalar types, another version than 1.1
 */
export function parseYaml(text: string): unknown {
  return asBodyError(() => valueIn(parseDocument(text, OPTIONS), text));
}

/** The same of a text of several documents; empty ones are null. @throws KubeError `bad-body` as there, for any of them */
export function parseYamlDocuments(text: string): unknown[] {
  return asBodyError(() => {
    const documents = parseAllDocuments(text, OPTIONS);
    return 'empty' in documents ? [] : documents.map((document) => valueIn(document, text));
  });
}

const OPTIONS = {
  version: '1.1',
  schema: 'failsafe',
  merge: false,
  uniqueKeys: false,
  keepSourceTokens: false,
  // Each warning would quote its line, and one line may be the whole body.
  prettyErrors: false,
} as const;

function asBodyError<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new KubeError('bad-body', `The body is not YAML: ${(cause as Error).message}`, { cause });
  }
}

function valueIn(document: Document.Parsed, text: string): unknown {
  const [problem] = document.errors;
  if (problem)
    throw new Error(`${problem.message} at line ${text.slice(0, problem.pos[0]).split('\n').length}`);
  checkVersion(document);
  return read(document.contents, { anchors: new Map(), flow: 0, repeated: 0 }).value;
}

/** A node that is no alias. */
type Held = Scalar.Parsed | YAMLMap.Parsed | YAMLSeq.Parsed;

interface Reading {
  /** `undefined` while it is being read: what names itself inside has no end. */
  anchors: Map<string, Read | undefined>;
  /** In how many brackets we are. */
  flow: number;
  /** Characters that aliases have repeated so far. */
  repeated: number;
}

interface Read {
  value: unknown;
  /** About how many characters it has when it is written out. */
  size: number;
}

function checkVersion({ directives }: Document.Parsed): void {
  if (directives.yaml.explicit && directives.yaml.version !== '1.1')
    throw new Error(`the server reads YAML 1.1 only, not ${directives.yaml.version}`);
}

function read(node: ParsedNode | null, reading: Reading): Read {
  if (node === null) return { value: null, size: 4 };
  if (isAlias(node)) return repeat(node.source, reading);
  const { anchor } = node;
  return anchor === undefined ? unnamed(node, reading) : named(anchor, node, reading);
}

function unnamed(node: Held, reading: Reading): Read {
  return isScalar(node) ? scalar(node, reading) : collection(node, reading);
}

function named(anchor: string, node: Held, reading: Reading): Read {
  if (!/^[\w-]+$/.test(anchor)) throw new Error(`the anchor &${anchor} has other signs than letters`);
  reading.anchors.set(anchor, undefined);
  const result = unnamed(node, reading);
  reading.anchors.set(anchor, result);
  return result;
}

function repeat(anchor: string, reading: Reading): Read {
  const read = reading.anchors.get(anchor);
  if (!read) throw new Error(`the alias *${anchor} names nothing that was read before it`);
  reading.repeated += read.size;
  if (reading.repeated > MOST_REPEATED) throw new Error('its aliases repeat too much');
  return read;
}

function collection(node: YAMLMap.Parsed | YAMLSeq.Parsed, reading: Reading): Read {
  const flow = node.flow ? 1 : 0;
  reading.flow += flow;
  const result = isMap(node) ? mapping(node, reading) : sequence(node, reading);
  reading.flow -= flow;
  return result;
}

function scalar(node: Scalar.Parsed, { flow }: Reading): Read {
  const { source, tag } = node;
  // A mark of its own to the server's reader, also with no blank behind it.
  if (flow > 0 && node.type === 'PLAIN' && /^[?:]/.test(source))
    throw new Error(`${JSON.stringify(source)} inside brackets has to be quoted`);
  const text = String(node.value ?? '');
  const value = tag === undefined && node.type !== 'PLAIN' ? text : tagged(tag, text);
  if (typeof value === 'number' && !Number.isFinite(value)) throw new Error(`${source} has no form in JSON`);
  return { value, size: text.length + 2 };
}

const SCALAR_TAGS: Record<string, (value: unknown) => boolean> = {
  'tag:yaml.org,2002:bool': (value) => typeof value === 'boolean',
  'tag:yaml.org,2002:int': (value) => Number.isInteger(value),
  'tag:yaml.org,2002:float': (value) => typeof value === 'number',
  'tag:yaml.org,2002:null': (value) => value === null,
};

function tagged(tag: string | undefined, text: string): unknown {
  if (tag === 'tag:yaml.org,2002:str') return text;
  const value = readPlainScalar(text);
  if (tag === undefined || SCALAR_TAGS[tag]?.(value)) return value;
  throw new Error(`${JSON.stringify(text)} can't be read as ${tag}`);
}

function sequence(node: YAMLSeq.Parsed, reading: Reading): Read {
  refuseTag(node, 'seq');
  const items = node.items.map((item) => read(item as ParsedNode, reading));
  return { value: items.map(({ value }) => value), size: sizeOf(items) };
}

function mapping(node: YAMLMap.Parsed, reading: Reading): Read {
  refuseTag(node, 'map');
  const result = new Map<string, unknown>();
  const own = new Set<string>();
  let size = 2;
  for (const { key, value } of node.items) {
    const isMerge = isScalar(key) && key.type === 'PLAIN' && key.tag === undefined && key.value === '<<';
    const name = isMerge ? '<<' : keyOf(read(key, reading).value);
    if (own.has(name)) throw new Error(`the key ${JSON.stringify(name)} stands twice in one mapping`);
    own.add(name);
    const held = read(value, reading);
    // `[a:]` and `{a:}` are a scalar `a:` to the server's reader, and an empty value to ours.
    if (node.flow && held.value === null && isScalar(value) && value.source === '')
      throw new Error(`${JSON.stringify(name)} has an empty value inside brackets`);
    size += name.length + held.size + 4;
    if (!isMerge) result.set(name, held.value);
    else for (const [merged, its] of merges(held.value)) result.set(merged, its);
  }
  // By entries: a key `__proto__` is one like any other.
  return { value: Object.fromEntries(result), size };
}

/** Earlier ones of a list count before later ones. */
function merges(value: unknown): [string, unknown][] {
  const maps = Array.isArray(value) ? value.toReversed() : [value];
  return maps.flatMap((map) => {
    if (typeof map !== 'object' || map === null || Array.isArray(map))
      throw new Error('<< takes a mapping or a list of mappings');
    return Object.entries(map);
  });
}

function keyOf(key: unknown): string {
  if (typeof key === 'string' || typeof key === 'boolean' || Number.isSafeInteger(key)) return String(key);
  throw new Error(`${JSON.stringify(key)} can't be a key`);
}

function refuseTag({ tag }: { tag?: string }, own: 'map' | 'seq'): void {
  if (tag !== undefined && tag !== `tag:yaml.org,2002:${own}`) throw new Error(`the tag ${tag} is not known`);
}

function sizeOf(items: readonly Read[]): number {
  return items.reduce((sum, { size }) => sum + size + 1, 2);
}
