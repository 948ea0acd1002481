import { mediaTypeOf } from '@toolcrib/kube';
import { isNoNumber, messageOf, ToolcribError } from '@toolcrib/model';
import { readTarget } from '../look/read-target.ts';
import { uninstallAims } from '../look/uninstall.ts';
import { refuseEncoded, writtenIn } from '../read/body.ts';
import { contentOf } from '../read/content.ts';
import { releaseNamed, statusOf, UNINSTALLING } from '../read/helm.ts';
import { readable } from './cautious.ts';
import { AS_HELM_DELETES } from './deletes.ts';
import type { EffectKind, EffectOf, Sent } from './effect-kind.ts';
import { nothingToCompare } from './gone-by-now.ts';
import { understoodAsDelete } from './subject.ts';
import { isPutOrPatch, isWrite } from './writes.ts';

const RECORD = {
  group: '',
  version: 'v1',
  resource: 'secrets',
  namespace: 'shop',
  name: 'sh.helm.release.v1.web.v3',
};

/** `helm uninstall` has just said in its record what it is about to do: judged as the whole of it, before the first object goes. */
export const uninstallKind: EffectKind<EffectOf<'uninstall'>> = {
  title: ({ target, release }) =>
    `helm uninstall ${target.namespace ? `${target.namespace}/` : ''}${release}`,
  typed: ({ target, release }) => `helm uninstall ${release} -n ${target.namespace ?? ''}`,
  asSentWhy: () =>
    'it takes a whole release; to soften one of them, delete it by itself (kubectl delete KIND NAME)',

  mayBe: (method, path) => isPutOrPatch(method) && releaseNamed(path) !== undefined,
  read(sent) {
    const release = isWrite(sent) ? releaseNamed(sent.path) : undefined;
    if (release === undefined) return undefined;
    refuseEncoded(sent);
    // A record is written in an install, an upgrade and a rollback too; only one status begins an uninstall.
    if (statusOf(recordIn(sent)) !== UNINSTALLING) return { verb: 'none' };
    return { verb: 'uninstall', target: sent.target, release, dryRun: false };
  },
  async look(effect, { cluster, as }) {
    const { target } = effect;
    const found = await readTarget(cluster, target, as);
    // The server refuses to replace what is not there.
    if ('absent' in found) return { kind: 'harmless' };
    if ('forbidden' in found)
      return { kind: 'destructive', effect, objects: [], aims: [], blind: found.forbidden };
    try {
      const { aims, unseen, hooks } = await uninstallAims(found.object, cluster, as);
      return { kind: 'destructive', effect, objects: [found.object], aims, unseen, hooks };
    } catch (error) {
      if (error instanceof ToolcribError) throw error;
      return understoodAsDelete({ verb: 'not-understood', target, why: messageOf(error) }, [found.object]);
    }
  },
  // To the record itself it does nothing that could not be written back.
  aim: () => undefined,

  unread: readable,
  // helm's record is only where it says so: a rule means the release.
  facts: ({ release }) => ({ verb: 'delete', group: 'helm.sh', resource: 'releases', name: release }),
  likeness: () => AS_HELM_DELETES,
  begins: { command: 'helm uninstall', goesOnAs: 'delete' },
  beginsUninstall: () => true,

  refusedBy: (status) => isNoNumber(status, false),
  async became({ request, effect: { target }, cluster, kept, targets }) {
    const none = nothingToCompare({ kept, targets });
    if (none) return none;
    const now = await cluster.get(
      target,
      { namespace: target.namespace, name: target.name ?? '' },
      request.as,
    );
    const [before] = targets;
    const same =
      now?.metadata.uid === before?.metadata.uid &&
      now?.metadata.labels?.status === before?.metadata.labels?.status;
    return same
      ? { done: 'none', note: "the release's record stands as it was kept" }
      : { done: 'all', note: "the release's record was written" };
  },
  undo: 'rewrite',

  example: {
    from: {
      method: 'PATCH',
      path: '/api/v1/namespaces/shop/secrets/sh.helm.release.v1.web.v3',
      type: 'application/merge-patch+json',
      body: { metadata: { labels: { status: 'uninstalling' } } },
    },
    effect: { verb: 'uninstall', target: RECORD, release: 'web', dryRun: false },
    title: 'helm uninstall shop/web',
    typed: 'helm uninstall web -n shop',
    facts: { verb: 'delete', group: 'helm.sh', resource: 'releases', name: 'web' },
    undo: 'rewrite',
  },
};

/** helm writes its record in protobuf, and it is as large as the release. */
function recordIn(sent: Sent): unknown {
  const media = mediaTypeOf(sent.headers['content-type']);
  return sent.method === 'PUT' && media === 'application/vnd.kubernetes.protobuf'
    ? contentOf(sent).strict(media)
    : writtenIn(sent);
}
