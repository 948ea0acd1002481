import type { KubeObject } from '@toolcrib/kube';
import { groupVersionOf } from '@toolcrib/kube';

/**
 * Ways to the objects of one look, each made at its first use in one pass: a radius asks about each of thousands of objects,
 * and to go through all of them each time is quadratic. What is found is in the order of the objects.
 */
export interface Lookup {
  inNamespace(namespace: string | undefined): readonly KubeObject[];
  ofKind(group: string, kind: string): readonly KubeObject[];
  ofKindIn(group: string, kind: string, namespace: string | undefined): readonly KubeObject[];
  /** One object, unless several API groups' versions of it were seen. */
  named(group: string, kind: string, namespace: string | undefined, name: string): readonly KubeObject[];
  podsOn(node: string): readonly KubeObject[];
  /** By what `keys` says of each Pod; `what` names that. */
  podsBy(
    what: string,
    keys: (pod: KubeObject) => readonly string[],
    namespace: string | undefined,
    key: string,
  ): readonly KubeObject[];
  /** The same of objects of any kind. */
  by(
    what: string,
    of: readonly KubeObject[],
    keys: (object: KubeObject) => readonly string[],
    key: string,
  ): readonly KubeObject[];
}

const known = new WeakMap<readonly KubeObject[], Lookup>();

/** @param objects an array that nobody changes any more: what was found in it is remembered as long as it lives */
export function lookup(objects: readonly KubeObject[]): Lookup {
  const found = known.get(objects);
  if (found) return found;
  const made = lookupOver(objects);
  known.set(objects, made);
  return made;
}

const NONE: readonly KubeObject[] = [];

function lookupOver(objects: readonly KubeObject[]): Lookup {
  const indexes = new Map<string, Map<string, KubeObject[]>>();
  const by: Lookup['by'] = (what, of, keys, key) => {
    let index = indexes.get(what);
    if (!index) {
      index = new Map();
      for (const object of of) for (const one of keys(object)) add(index, one, object);
      indexes.set(what, index);
    }
    return index.get(key) ?? NONE;
  };
  const ofKind: Lookup['ofKind'] = (group, kind) =>
    by(
      'kind',
      objects,
      (object) => [kindKey(groupVersionOf(object.apiVersion).group, object.kind)],
      kindKey(group, kind),
    );
  const ofKindIn: Lookup['ofKindIn'] = (group, kind, namespace) => {
    const key = kindKey(group, kind);
    const keys = ({ metadata }: KubeObject) => [spaceKey(metadata.namespace)];
    return by(`${key} by namespace`, ofKind(group, kind), keys, spaceKey(namespace));
  };
  const pods = () => ofKind('', 'Pod');
  return {
    by,
    ofKind,
    ofKindIn,
    inNamespace: (namespace) =>
      by('namespace', objects, ({ metadata }) => [spaceKey(metadata.namespace)], spaceKey(namespace)),
    named(group, kind, namespace, name) {
      const keys = ({ metadata }: KubeObject) => [nameKey(metadata.namespace, metadata.name)];
      return by(`${kindKey(group, kind)} by name`, ofKind(group, kind), keys, nameKey(namespace, name));
    },
    podsOn: (node) => by('node', pods(), ({ spec }) => (spec?.nodeName ? [spec.nodeName] : []), node),
    podsBy(what, keys, namespace, key) {
      const inTheirs = (pod: KubeObject) => keys(pod).map((one) => nameKey(pod.metadata.namespace, one));
      return by(`pods by ${what}`, pods(), inTheirs, nameKey(namespace, key));
    },
  };
}

function add(index: Map<string, KubeObject[]>, key: string, object: KubeObject): void {
  const there = index.get(key);
  if (!there) index.set(key, [object]);
  else if (there.at(-1) !== object) there.push(object);
}

const kindKey = (group: string, kind: string) => `${group}/${kind}`;
/** A name of Kubernetes has no blank. */
const spaceKey = (namespace: string | undefined) => namespace ?? ' ';
const nameKey = (namespace: string | undefined, name: string) => `${spaceKey(namespace)} ${name}`;
