/**
 * Writes packages/kube/src/bodies/protobuf.generated.json: for every message of Kubernetes' published `.proto`
 * files the fields' numbers, JSON names and types. The JSON names stand in the Go struct tags only, so both are
 * read.
 *
 *   npm run node -- scripts/generate/protobuf.ts
 */
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { moduleFolder } from './go-module.ts';

const modules = ['k8s.io/api', 'k8s.io/apimachinery', 'k8s.io/apiextensions-apiserver'];
const messages = new Map<string, string>();
const groups = new Map<string, string>();

for (const module of modules) {
  const root = moduleFolder(module, 'v0.35.4');
  for (const file of globSync('**/generated.proto', { cwd: root })) {
    const folder = join(root, dirname(file));
    readPackage(readFileSync(join(root, file), 'utf8'), goTags(folder));
    const register = globSync('register.go', { cwd: folder })[0];
    const group = register && /GroupName\s*=\s*"([^"]*)"/.exec(readFileSync(join(folder, register), 'utf8'));
    const proto = /^package (.+);/m.exec(readFileSync(join(root, file), 'utf8'))?.[1] ?? '';
    if (group && module !== 'k8s.io/apimachinery')
      groups.set(`${group[1]}/${proto.split('.').at(-1)}`, proto);
  }
}

/** struct → protobuf name → how JSON has it: `name`, and `!` where a zero value means something. */
function goTags(folder: string): Map<string, Map<string, string>> {
  const structs = new Map<string, Map<string, string>>();
  for (const file of globSync('*.go', { cwd: folder })) {
    if (/_test\.go$|^generated\./.test(file)) continue;
    const text = readFileSync(join(folder, file), 'utf8');
    for (const [, name = '', body = ''] of text.matchAll(/^type (\w+) struct \{\n([\s\S]*?)\n\}/gm)) {
      const tags = structs.get(name) ?? new Map<string, string>();
      for (const line of body.split('\n')) {
        const match = /^\s*(?:\w+\s+)?(\*?)([\w.[\]*]+)\s+`.*json:"([^"]*)".*protobuf:"([^"]*)"/.exec(line);
        const [, pointer, embedded = '', json = '', wire = ''] = match ?? [];
        const proto = /name=(\w+)/.exec(wire)?.[1] ?? embedded.charAt(0).toLowerCase() + embedded.slice(1);
        if (!match) continue;
        const [jsonName, ...flags] = json.split(',');
        // What JSON leaves to the type's own marshaller keeps its protobuf name.
        if (jsonName === '-') {
          tags.set(proto, `${proto}!`);
          continue;
        }
        const inline = flags.includes('inline') || jsonName === '';
        tags.set(proto, inline ? '' : `${jsonName}${pointer === '*' || flags.length === 0 ? '!' : ''}`);
      }
      structs.set(name, tags);
    }
  }
  return structs;
}

function readPackage(proto: string, tags: Map<string, Map<string, string>>): void {
  const pkg = /^package (.+);/m.exec(proto)?.[1] ?? '';
  for (const [, name = '', body = ''] of proto.matchAll(/^message (\w+) \{\n([\s\S]*?)^\}/gm)) {
    const fields = [
      ...body.matchAll(/^ {2}(optional|repeated|map<(\w+), ([\w.]+)>) ?([\w.]+)?\s+(\w+) = (\d+);/gm),
    ];
    const texts = fields.map(([, rule = '', , mapValue, plain, field = '', number]) => {
      const tag = tags.get(name)?.get(field) ?? field;
      const shape = rule === 'repeated' ? '[]' : rule === 'optional' ? '' : '{}';
      const type = typeName(mapValue ?? plain ?? field, pkg);
      return `${number} ${tag} ${shape}${type}`;
    });
    messages.set(`${pkg}.${name}`, texts.join(';'));
  }
}

function typeName(type: string, pkg: string): string {
  const clean = type.replace(/^\./, '');
  if (/^(string|bytes|bool|int32|int64|uint32|uint64|double|float)$/.test(clean)) return clean;
  return clean.includes('.') ? clean : `${pkg}.${clean}`;
}

/** `k8s.io.api.core.v1.` and its kin fill most of the file: they are numbered. */
const prefixes = [
  ...new Set([...messages.keys()].map((name) => name.slice(0, name.lastIndexOf('.') + 1))),
].sort();
const short = (text: string) =>
  text.replace(/\bk8s\.io\.[\w.]+\.(?=\w+(;|$))/g, (prefix) => {
    const at = prefixes.indexOf(prefix);
    return at < 0 ? prefix : `#${at}.`;
  });
const target = new URL('../../packages/kube/src/bodies/protobuf.generated.json', import.meta.url);
const rows = [...messages]
  .sort()
  .map(([name, text]) => `${JSON.stringify(short(name))}:${JSON.stringify(short(text))}`);
writeFileSync(
  target,
  `{"prefixes":${JSON.stringify(prefixes)},\n"groups":${JSON.stringify(Object.fromEntries([...groups].sort()))},\n"messages":{\n${rows.join(',\n')}\n}}\n`,
);
