import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type KubeObject, parseYamlDocuments } from '@toolcrib/kube';

// What `kubectl delete -k` will delete, read from the folder itself. kubectl is not run for it: the program at the other
// end of a connection is anybody's, and a kustomization may fetch from anywhere. So what only kustomize can work out
// (generated names, plugins, remote bases) is left to each request.

/** Reads a file's text, within what may be read in all. @throws where it can't be */
export type ReadText = (path: string) => Promise<string>;

/** In the order in which kustomize looks for them. */
const FILES = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'];
/** Fields that change neither which objects there are nor what they are called. */
const HARMLESS = new Set(
  'apiVersion kind metadata commonLabels labels commonAnnotations images replicas buildMetadata sortOptions'.split(
    ' ',
  ),
);
const PATCHES = new Set(['patches', 'patchesStrategicMerge', 'patchesJson6902']);
/** What a patch says that takes an object away, or gives it another name. */
const RENAMES = /\$patch|allowNameChange|allowKindChange|\/(metadata|kind|apiVersion)\b/;
/** kustomize gives these no prefix and no suffix. */
const OWN_NAMES = new Set(['CustomResourceDefinition', 'APIService', 'Namespace']);
const DEEPEST = 20;

/** It can't be told ahead. The message goes on after "because". */
export class NotTold extends Error {}

/**
 * The objects of a kustomization, under the names that kustomize gives them.
 * @throws NotTold where something in it could add to them, or change them, in a way that is not known here
 */
export async function kustomized(folder: string, read: ReadText, depth = 0): Promise<KubeObject[]> {
  if (depth > DEEPEST) throw new NotTold('its kustomization has no end');
  const text = await read(await fileOf(folder));
  const [found, ...more] = parseYamlDocuments(text) as (Record<string, unknown> | null)[];
  if (!found || more.length > 0) throw new NotTold('its kustomization can’t be read');
  const { resources = [], bases = [], namespace, namePrefix = '', nameSuffix = '', ...others } = found;
  for (const [field, value] of Object.entries(others)) {
    if (HARMLESS.has(field)) continue;
    if (!PATCHES.has(field))
      throw new NotTold(`what ${field} in its kustomization makes, only kustomize knows`);
    for (const one of await patchTexts(folder, value, read))
      if (RENAMES.test(one))
        throw new NotTold('a patch in its kustomization may change which objects there are');
  }
  const objects: KubeObject[] = [];
  for (const name of [...texts(resources), ...texts(bases)])
    objects.push(...(await resource(folder, name, read, depth)));
  const [at, before, after] = texts([namespace ?? '', namePrefix, nameSuffix]);
  return objects.map((object) => {
    const { metadata, kind } = object;
    const renamed = OWN_NAMES.has(kind ?? '') ? metadata.name : `${before}${metadata.name}${after}`;
    // A Namespace is called as the others' namespace is.
    const name = at && kind === 'Namespace' && object.apiVersion === 'v1' ? at : renamed;
    return { ...object, metadata: { ...metadata, name, ...(at ? { namespace: at } : {}) } };
  });
}

function texts(list: unknown): string[] {
  if (Array.isArray(list) && list.every((one) => typeof one === 'string')) return list;
  throw new NotTold('its kustomization can’t be read');
}

async function fileOf(folder: string): Promise<string> {
  const there = await readdir(folder);
  const name = FILES.find((file) => there.includes(file));
  if (name === undefined) throw new NotTold('there is no kustomization');
  return join(folder, name);
}

async function resource(folder: string, name: string, read: ReadText, depth: number): Promise<KubeObject[]> {
  const path = resolve(folder, name);
  // An address, or a repository: kustomize fetches it, and so is it where nothing of that name is here.
  const found = name.includes('://') ? undefined : await stat(path).catch(() => undefined);
  if (!found) throw new NotTold('a part of its kustomization stands elsewhere');
  if (found.isDirectory()) return kustomized(path, read, depth + 1);
  return objectsIn(await read(path));
}

/** What its patches say: written there, or in files. */
async function patchTexts(folder: string, patches: unknown, read: ReadText): Promise<string[]> {
  if (!Array.isArray(patches)) throw new NotTold('its kustomization can’t be read');
  return Promise.all(
    patches.map(async (patch) => {
      const path = typeof patch === 'string' && !patch.includes('\n') ? patch : patch?.path;
      const text = typeof path === 'string' ? await read(resolve(folder, path)) : '';
      return `${JSON.stringify(patch)}\n${text}`;
    }),
  );
}

/** The objects of a manifest; those of a List are its items. @throws KubeError what is no YAML */
export function objectsIn(text: string): KubeObject[] {
  // The API server's own reading, in time linear to its length; the library's is quadratic in the keys of one mapping.
  return parseYamlDocuments(text).flatMap((document) => {
    const object = document as (KubeObject & { items?: KubeObject[] }) | null;
    return [object?.kind?.endsWith('List') ? (object.items ?? []) : object]
      .flat()
      .filter((one): one is KubeObject => Boolean(one?.kind && one.apiVersion && one.metadata?.name));
  });
}
