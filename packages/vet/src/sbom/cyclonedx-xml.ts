import { ToolcribError } from '@toolcrib/model';
import sax from 'sax';
import type { CycloneDx } from './cyclonedx.ts';
import { SBOM_LIMITS } from './model.ts';

type Value = string | { [name: string]: Value } | Value[];
interface Node {
  name: string;
  attributes: Record<string, string>;
  text: string;
  children: Node[];
}

const NAMESPACE = /^https?:\/\/cyclonedx\.org\/schema\/bom\/(\d+\.\d+)$/;

/** Only these are kept while reading, so that a file full of anything else costs nothing. */
const KEPT = new Set(
  'bom metadata timestamp authors author name manufacturer manufacture supplier tools tool component components version purl cpe publisher swid hashes hash licenses license id expression dependencies dependency'.split(
    ' ',
  ),
);

/**
 * Reads CycloneDX XML into the shape of its JSON. The parser is strict and streaming, knows no entities but XML's own
 * five, and a document type declaration is refused: nothing in an SBOM needs one. Elements are CycloneDX' by their
 * namespace, under whatever prefix; those of other namespaces are passed over.
 * @throws {ToolcribError} `bad-file` (with line and column), `limit`
 */
export function readCycloneDxXml(text: string, path: string): CycloneDx {
  // Its own reading of namespaces takes as long again as all the rest; the one that is needed is told below.
  const parser = sax.parser(true, { xmlns: false, strictEntities: true } as sax.SAXOptions);
  const top: Node = { name: '', attributes: {}, text: '', children: [] };
  const open: Node[] = [top];
  let [skipping, depth, components, elements] = [0, 0, 0, 0];
  let specVersion: string | undefined;
  const fail = (code: 'bad-file' | 'limit', why: string): never => {
    throw new ToolcribError(code, `${path}:${parser.line + 1}:${parser.column + 1}: ${why}`);
  };

  parser.onerror = (error) => fail('bad-file', `${error.message.split('\n')[0]}`);
  parser.ondoctype = () => fail('bad-file', 'a document type declaration has no place in an SBOM');
  let namespace: string | undefined;
  const scopes: Namespaces[] = [NO_NAMESPACES];
  parser.onopentag = ({ name: full, attributes: all }) => {
    const attributes = all as Record<string, string>;
    if (++depth > SBOM_LIMITS.depth) fail('limit', `nested deeper than ${SBOM_LIMITS.depth}`);
    if (++elements > SBOM_LIMITS.values) fail('limit', `more than ${SBOM_LIMITS.values} elements`);
    const [prefix, name] = split(full);
    const scope = declared(scopes.at(-1) as Namespaces, attributes);
    scopes.push(scope);
    const uri = scope[prefix];
    if (depth === 1 && name === 'bom') {
      namespace = uri;
      specVersion = NAMESPACE.exec(`${uri}`)?.[1];
    }
    if (name === 'component' && ++components > SBOM_LIMITS.components) {
      fail('limit', `more than ${SBOM_LIMITS.components} components`);
    }
    if (skipping > 0 || uri !== namespace || !KEPT.has(name)) {
      skipping++;
      return;
    }
    const node: Node = { name, attributes, text: '', children: [] };
    open.at(-1)?.children.push(node);
    open.push(node);
  };
  parser.onclosetag = () => {
    depth--;
    scopes.pop();
    if (skipping > 0) skipping--;
    else open.pop();
  };
  parser.ontext = parser.oncdata = (text: string) => {
    const node = open.at(-1);
    if (skipping === 0 && node && node.text.length < 65_536) node.text += text;
  };
  parser.write(text).close();
  const bom = top.children.find(({ name }) => name === 'bom');
  if (bom === undefined || specVersion === undefined)
    return fail('bad-file', 'this is no CycloneDX document');
  return { ...(asJson(bom) as object), bomFormat: 'CycloneDX', specVersion } as CycloneDx;
}

/** Prefix (none: the empty one) → namespace, as they hold for one element (https://www.w3.org/TR/xml-names/). */
type Namespaces = Readonly<Record<string, string>>;

const NO_NAMESPACES = Object.create(null) as Namespaces;

function declared(outer: Namespaces, attributes: Record<string, string>): Namespaces {
  let scope: Record<string, string> | undefined;
  for (const name in attributes) {
    if (name !== 'xmlns' && !name.startsWith('xmlns:')) continue;
    scope ??= Object.create(outer) as Record<string, string>;
    scope[name.slice('xmlns:'.length)] = `${attributes[name]}`.trim();
  }
  return scope ?? outer;
}

function split(name: string): [prefix: string, local: string] {
  const at = name.indexOf(':');
  return at < 0 ? ['', name] : [name.slice(0, at), name.slice(at + 1)];
}

/** XML's elements that are lists in JSON. */
const LISTS = new Set(['authors', 'tools', 'components', 'hashes', 'licenses', 'dependencies']);

/** Elements that are objects even when they are empty. */
const OBJECTS = new Set([
  'bom',
  'metadata',
  'supplier',
  'manufacturer',
  'manufacture',
  'component',
  'license',
  'tool',
]);

function asJson(node: Node): Value {
  switch (node.name) {
    case 'hash':
      return { alg: node.attributes.alg ?? '', content: node.text.trim() };
    case 'swid':
      return { tagId: node.attributes.tagId ?? '' };
    case 'dependency':
      return {
        ref: node.attributes.ref ?? '',
        dependsOn: node.children.map(({ attributes }) => attributes.ref ?? ''),
      };
    case 'licenses':
      return node.children.map(
        (child): Value =>
          child.name === 'expression' ? { expression: child.text.trim() } : { license: asJson(child) },
      );
  }
  if (LISTS.has(node.name)) {
    // tools of 1.5 and later: <tools><components>…
    const inner = node.name === 'tools' ? node.children.find(({ name }) => name === 'components') : undefined;
    return (inner ?? node).children.map(asJson);
  }
  if (node.children.length === 0) return OBJECTS.has(node.name) ? {} : node.text.trim();
  const entries = node.children.map((child): [string, Value] => [child.name, asJson(child)]);
  const ref = node.attributes['bom-ref'];
  return { ...Object.fromEntries(entries), ...(ref !== undefined && { 'bom-ref': ref }) };
}
