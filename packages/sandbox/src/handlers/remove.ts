import type { DeleteOptions } from '@toolcrib/kube';
import { effectiveDeleteOptions, KubeError } from '@toolcrib/kube';
import { ApiError, badRequest, invalid } from '../apimachinery/api-error.ts';
import type { ResourceRequest } from '../request/context.ts';
import { intParam } from '../request/params.ts';
import type { Reply } from '../request/reply.ts';
import { unsupported } from '../store/meta-rules.ts';
import { readBody } from './read-body.ts';
import { selectionOf } from './selection.ts';
import { listViewOf, viewOf } from './views.ts';
import { dryRunFaults } from './write-options.ts';

/** DELETE of one object: 200 with a Status when it is gone, with the object while it still stands. */
export async function deleteObject(request: ResourceRequest): Promise<Reply> {
  const { sandbox, info, namespace, name = '' } = request;
  const options = await deleteOptions(request);
  const warnings = jobWarnings(request, options);
  const { object, gone } = sandbox.store.delete(info, namespace, name, options);
  // 202 only for those who asked for a cascade by the old field (handlers/delete.go).
  if (!gone)
    return {
      status: options.orphanDependents === false ? 202 : 200,
      body: viewOf(request, object),
      warnings,
    };
  // Some registries answer with the object itself (ReturnDeletedObject), all others with a Status.
  if (RETURNS_OBJECT.has(`${info.group}/${info.resource}`))
    return { status: 200, body: viewOf(request, object) };
  return {
    status: 200,
    warnings,
    body: {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Success',
      details: {
        name,
        ...(info.group === '' ? {} : { group: info.group }),
        kind: info.resource,
        uid: object.metadata.uid,
      },
    },
  };
}

/** batch/v1 still orphans by default, and tells whoever did not say what they want (source: registry/batch/job). */
function jobWarnings({ info }: ResourceRequest, options: DeleteOptions): string[] {
  const said = options.propagationPolicy !== undefined || options.orphanDependents !== undefined;
  if (info.group !== 'batch' || info.resource !== 'jobs' || said) return [];
  return [
    'child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning',
  ];
}

const RETURNS_OBJECT = new Set([
  '/namespaces',
  '/pods',
  '/services',
  '/podtemplates',
  '/persistentvolumes',
  '/persistentvolumeclaims',
  '/resourcequotas',
  '/serviceaccounts',
  'storage.k8s.io/csidrivers',
  'storage.k8s.io/csinodes',
  'storage.k8s.io/storageclasses',
  'storage.k8s.io/volumeattachments',
]);

/** DELETE of a collection: each matching object by the same options. */
export async function deleteCollection(request: ResourceRequest): Promise<Reply> {
  const { sandbox, info, namespace, query } = request;
  const options = await deleteOptions(request);
  const objects = sandbox.store.list(info, selectionOf(info, query, namespace));
  for (const object of objects) {
    try {
      sandbox.store.delete(info, object.metadata.namespace, object.metadata.name, options);
    } catch (error) {
      if (!(error instanceof ApiError && error.code === 404)) throw error;
    }
  }
  return {
    status: 200,
    body: listViewOf(request, objects, { resourceVersion: String(sandbox.store.version()) }),
  };
}

/** @throws ApiError 400 for what can't be read, 422 for what contradicts itself */
async function deleteOptions(request: ResourceRequest): Promise<DeleteOptions> {
  const bytes = await request.body();
  const decoded = bytes.length > 0 ? await readBody(request) : undefined;
  checkReadable(decoded, request.query);
  let options: DeleteOptions;
  try {
    options = effectiveDeleteOptions(decoded, request.query);
  } catch (error) {
    if (error instanceof KubeError) throw badRequest(error.message);
    throw error;
  }
  if (options.orphanDependents !== undefined && options.propagationPolicy !== undefined) {
    throw invalid(OPTIONS, '', [
      {
        type: 'FieldValueInvalid',
        field: 'propagationPolicy',
        body: `Invalid value: ${JSON.stringify(options.propagationPolicy)}: orphanDependents and deletionPropagation cannot be both set`,
      },
    ]);
  }
  const faults = dryRunFaults(options.dryRun ?? []);
  if (faults.length > 0) throw invalid(OPTIONS, '', faults);
  return options;
}

const OPTIONS = { group: 'meta.k8s.io', kind: 'DeleteOptions' };
const POLICIES = ['Foreground', 'Background', 'Orphan', 'nil'];

/** What the server itself says of options that mean nothing to it. @throws ApiError 400, 422 */
function checkReadable(body: Record<string, unknown> | undefined, query: URLSearchParams): void {
  if (body?.kind !== undefined && body.kind !== 'DeleteOptions') {
    throw badRequest(
      `no kind "${body.kind}" is registered for version "${body.apiVersion ?? 'meta.k8s.io/v1'}" in scheme "pkg/runtime/scheme.go:111"`,
    );
  }
  if (!body) intParam(query, 'gracePeriodSeconds');
  const policy = body ? body.propagationPolicy : query.get('propagationPolicy');
  if (typeof policy === 'string' && policy !== '' && !POLICIES.includes(policy)) {
    throw invalid(OPTIONS, '', [unsupported('propagationPolicy', policy, POLICIES)]);
  }
}
