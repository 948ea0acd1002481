import { type Body, controllerOf, type KubeObject, type ResourceType } from '@toolcrib/kube';
import { claimObjects } from './adoption.ts';
import { ignoreNotFound, isAlreadyExists } from './errors.ts';
import { fnv32, fnv32a, safeEncode } from './hash.ts';
import type { Tools } from './loop.ts';
import { controllerReference, selects } from './owner.ts';
import { CONTROLLER_REVISIONS } from './types.ts';
import { byName, canonicalJson, clone, countOf } from './values.ts';

export const REVISION_HASH = 'controller-revision-hash';

/** How a workload kind names its revisions: the label that carries the hash, and the hash. */
export interface RevisionNaming {
  label: string;
  hash: (data: string, collisions: number) => string;
}

export const STATEFUL_SET_NAMING: RevisionNaming = {
  label: 'controller.kubernetes.io/hash',
  hash: (data, collisions) => safeEncode(fnv32(`${data}${collisions}`)),
};

/** The real one hashes Go's memory layout of the template; over its JSON it is at least as stable. */
export const DAEMON_SET_NAMING: RevisionNaming = {
  label: REVISION_HASH,
  hash: (data, collisions) => safeEncode(fnv32a(`${data}${collisions}`)),
};

const MAX_PREFIX = 223;

/** Adopts the workload's ownerless ControllerRevisions. @returns those it controls, lowest revision first */
export function claimRevisions(tools: Tools, owner: KubeObject, ownerType: ResourceType): KubeObject[] {
  const candidates = tools.view.list(CONTROLLER_REVISIONS, owner.metadata.namespace).filter((revision) => {
    const controller = controllerOf(revision);
    return selects(owner, revision) && (!controller || controller.uid === owner.metadata.uid);
  });
  claimObjects(tools.store, candidates, {
    owner,
    ownerType,
    type: CONTROLLER_REVISIONS,
    matches: (revision) => selects(owner, revision),
  });
  // Also those that a deleting owner may not adopt: it still reads its history from them.
  return candidates
    .map(({ metadata }) => tools.store.get(CONTROLLER_REVISIONS, metadata.namespace, metadata.name))
    .sort((a, b) => numberOf(a) - numberOf(b) || byName(a, b));
}

function numberOf(revision: KubeObject): number {
  return Number(revision.revision);
}

/** What a revision keeps: a strategic patch that puts the whole template back. */
function dataOf(owner: KubeObject): Body {
  return { spec: { template: { ...clone(owner.spec?.template), $patch: 'replace' } } };
}

/** The template that a revision keeps. */
export function templateOf(revision: KubeObject): Body {
  const { $patch: _, ...template } = revision.data?.spec?.template ?? {};
  return template;
}

/**
 * The revision of the owner's present template: an equal one of the history (told by its data, not by its name),
 * raised to be the newest, or a new one.
 *
 * @param revisions lowest first
 * @returns it, and how many name collisions there have been
 */
export function presentRevision(
  tools: Tools,
  owner: KubeObject,
  revisions: KubeObject[],
  naming: RevisionNaming,
): { revision: KubeObject; collisions: number } {
  const wanted = goJson(dataOf(owner));
  const collisions = countOf(owner.status?.collisionCount, 0);
  const newest = revisions.at(-1);
  const next = newest ? numberOf(newest) + 1 : 1;
  const equal = revisions.filter((revision) => goJson(revision.data) === wanted).at(-1);
  if (equal && equal === newest) return { revision: equal, collisions };
  if (equal) {
    const { namespace, name } = equal.metadata;
    const revision = tools.store.modify(CONTROLLER_REVISIONS, namespace, name, (fresh) => {
      fresh.revision = next;
    });
    return { revision, collisions };
  }
  return createRevision(tools, owner, next, collisions, naming);
}

function createRevision(
  tools: Tools,
  owner: KubeObject,
  number: number,
  firstTry: number,
  naming: RevisionNaming,
) {
  const data = dataOf(owner);
  const text = goJson(data);
  for (let collisions = firstTry; ; collisions++) {
    const hash = naming.hash(text, collisions);
    const name = `${owner.metadata.name.slice(0, MAX_PREFIX)}-${hash}`;
    const { namespace, annotations } = owner.metadata;
    try {
      const revision = tools.store.create(CONTROLLER_REVISIONS, {
        apiVersion: 'apps/v1',
        kind: 'ControllerRevision',
        metadata: {
          name,
          namespace,
          labels: { ...owner.spec?.template?.metadata?.labels, [naming.label]: hash },
          ...(annotations ? { annotations: { ...annotations } } : {}),
          ownerReferences: [controllerReference(owner)],
        },
        data,
        revision: number,
      });
      return { revision, collisions };
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
      const there = tools.store.get(CONTROLLER_REVISIONS, namespace, name);
      if (goJson(there.data) === text) return { revision: there, collisions };
    }
  }
}

/** Deletes the oldest revisions that nothing uses, down to the history limit. @param live names in use */
export function truncateHistory(
  tools: Tools,
  owner: KubeObject,
  revisions: KubeObject[],
  live: Set<string>,
): void {
  const limit = countOf(owner.spec?.revisionHistoryLimit, 10);
  const unused = revisions.filter((revision) => !live.has(revision.metadata.name));
  for (const revision of unused.slice(0, Math.max(0, unused.length - limit))) {
    const { namespace, name, uid } = revision.metadata;
    ignoreNotFound(() =>
      tools.store.delete(CONTROLLER_REVISIONS, namespace, name, { preconditions: { uid } }),
    );
  }
}

/** The text that Go's encoder makes of it, so that equal data gets the name that the real controller gives. */
function goJson(value: Body): string {
  return canonicalJson(value).replace(
    /[<>&\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
