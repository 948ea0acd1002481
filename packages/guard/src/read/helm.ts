import { setImmediate as giveWay } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { type KubeObject, parseYamlDocuments } from '@toolcrib/kube';

/** What helm 3 and 4 write down of one revision of a release. */
export interface Release {
  name: string;
  namespace: string;
  /** The objects of its manifest that an uninstall deletes, in their order there; hooks are not among them. */
  objects: ReleaseObject[];
  /** What an uninstall makes before it deletes the first of them, and after the last. */
  hooks: ReleaseObject[];
}

export interface ReleaseObject {
  apiVersion: string;
  kind: string;
  name: string;
  /** As written; an object of a namespaced kind without one stands in the release's namespace. */
  namespace?: string;
}

/** The label by which helm finds a release's status; in the record itself it is packed. */
export const UNINSTALLING = 'uninstalling';

/** Secret and ConfigMap driver name their records alike: `sh.helm.release.v1.NAME.vREVISION`. */
const RECORD = /^sh\.helm\.release\.v1\.(.+)\.v\d+$/;

/** The largest manifest that is unpacked: a record is at most 1 MiB packed. Bytes. */
const LARGEST = 64 << 20;

/** The largest that is read: it takes about a second for each MiB. Characters. */
const LARGEST_MANIFEST = 8 << 20;
/** Of one object in it, which is read without a pause: the guard's heartbeat must come all the same. Characters. */
const LARGEST_OBJECT = 2 << 20;

interface Named {
  group: string;
  resource: string;
  name?: string;
  subresource?: string;
}

/** The release whose record a request path names; undefined where it is none. */
export function releaseNamed(path: Named): string | undefined {
  if (path.group !== '' || path.subresource !== undefined) return undefined;
  if (path.resource !== 'secrets' && path.resource !== 'configmaps') return undefined;
  return RECORD.exec(path.name ?? '')?.[1];
}

/** The status that a record carries as a label. */
export function statusOf(record: unknown): string | undefined {
  const labels = (record as { metadata?: { labels?: Record<string, unknown> } } | undefined)?.metadata
    ?.labels;
  return typeof labels?.status === 'string' ? labels.status : undefined;
}

/**
 * Reads a release's record: a Secret (its payload is encoded once more) or a ConfigMap, gzip in base64 or, from old
 * versions, plain.
 * @throws Error where it can't be read
 */
export async function releaseOf(record: KubeObject): Promise<Release> {
  const payload = record.data?.release;
  if (typeof payload !== 'string') throw new Error('the release record holds no release');
  const text = record.kind === 'Secret' ? Buffer.from(payload, 'base64').toString('latin1') : payload;
  const bytes = Buffer.from(text, 'base64');
  const packed = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const json = packed ? gunzipSync(bytes, { maxOutputLength: LARGEST }) : bytes;
  const release = JSON.parse(json.toString('utf8')) as Record<string, unknown>;
  const { name, namespace, manifest, hooks } = release;
  if (typeof name !== 'string' || typeof namespace !== 'string' || typeof manifest !== 'string')
    throw new Error('the release record has another form');
  return { name, namespace, objects: await objectsIn(manifest), hooks: await hooksIn(hooks) };
}

/** Those of an uninstall. @throws Error for what is no manifest */
async function hooksIn(hooks: unknown): Promise<ReleaseObject[]> {
  const found: ReleaseObject[] = [];
  for (const hook of Array.isArray(hooks) ? (hooks as Record<string, unknown>[]) : []) {
    const events = Array.isArray(hook.events) ? hook.events : [];
    if (!events.some((event) => event === 'pre-delete' || event === 'post-delete')) continue;
    if (typeof hook.manifest === 'string') found.push(...(await objectsIn(hook.manifest, true)));
  }
  return found;
}

/**
 * What a manifest lists, without what its chart asks to keep. Object by object, giving way in between: large ones take
 * seconds.
 * @param kept that too
 * @throws Error for what is no manifest
 */
async function objectsIn(manifest: string, kept = false): Promise<ReleaseObject[]> {
  if (manifest.length > LARGEST_MANIFEST) throw new Error(tooLarge('the manifest', LARGEST_MANIFEST));
  const objects: ReleaseObject[] = [];
  // At the margin three dashes end a document in whatever they stand, a text of several lines too.
  for (const text of manifest.split(/^(?=---(?:\s|$))/m)) {
    if (text.length > LARGEST_OBJECT) throw new Error(tooLarge('an object in the manifest', LARGEST_OBJECT));
    objects.push(...parseYamlDocuments(text).flatMap((document) => listed(document, kept)));
    await giveWay();
  }
  return objects;
}

function listed(document: unknown, kept: boolean): ReleaseObject[] {
  const object = document as KubeObject | null;
  if (!object?.kind || !object.metadata?.name) return [];
  const policy = object.metadata.annotations?.['helm.sh/resource-policy'];
  if (!kept && policy?.trim().toLowerCase() === 'keep') return [];
  const { apiVersion, kind, metadata } = object;
  return [{ apiVersion, kind, name: metadata.name, namespace: metadata.namespace }];
}

function tooLarge(what: string, limit: number): string {
  return `${what} of the release is larger than ${limit >> 20} MiB`;
}
