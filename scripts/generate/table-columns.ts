/**
 * Writes packages/sandbox/src/tables/columns.generated.json: the column definitions of the served kinds as the real
 * server's printers declare them, with the descriptions that they take from the API's own documentation.
 *
 *   npm run node -- scripts/generate/table-columns.ts
 */
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { moduleFolder } from './go-module.ts';

/** The printers' variable (its start) → the served resource. */
const PRINTERS: Record<string, string> = {
  pod: '/pods',
  podTemplate: '/podtemplates',
  podDisruptionBudget: 'policy/poddisruptionbudgets',
  replicaSet: 'apps/replicasets',
  daemonSet: 'apps/daemonsets',
  job: 'batch/jobs',
  cronJob: 'batch/cronjobs',
  service: '/services',
  ingress: 'networking.k8s.io/ingresses',
  ingressClass: 'networking.k8s.io/ingressclasses',
  statefulSet: 'apps/statefulsets',
  endpoint: '/endpoints',
  node: '/nodes',
  event: '/events',
  namespace: '/namespaces',
  secret: '/secrets',
  serviceAccount: '/serviceaccounts',
  persistentVolume: '/persistentvolumes',
  persistentVolumeClaim: '/persistentvolumeclaims',
  deployment: 'apps/deployments',
  horizontalPodAutoscaler: 'autoscaling/horizontalpodautoscalers',
  configMap: '/configmaps',
  networkPolicy: 'networking.k8s.io/networkpolicies',
  roleBindings: 'rbac.authorization.k8s.io/rolebindings',
  clusterRoleBindings: 'rbac.authorization.k8s.io/clusterrolebindings',
  lease: 'coordination.k8s.io/leases',
  storageClass: 'storage.k8s.io/storageclasses',
  controllerRevision: 'apps/controllerrevisions',
  resourceQuota: '/resourcequotas',
  priorityClass: 'scheduling.k8s.io/priorityclasses',
  volumeAttachment: 'storage.k8s.io/volumeattachments',
  endpointSlice: 'discovery.k8s.io/endpointslices',
  csiNode: 'storage.k8s.io/csinodes',
  csiDriver: 'storage.k8s.io/csidrivers',
};

const kubernetes = moduleFolder('k8s.io/kubernetes');
const source = readFileSync(join(kubernetes, 'pkg/printers/internalversion/printers.go'), 'utf8');
const imports = new Map(
  [...source.matchAll(/^\t(\w+) "k8s\.io\/(api|apimachinery)\/([^"]+)"/gm)].map(
    ([, alias = '', module, path = '']) => [alias, join(moduleFolder(`k8s.io/${module}`, 'v0.35.4'), path)],
  ),
);
const documents = new Map<string, Map<string, Map<string, string>>>();

function docsOf(alias: string): Map<string, Map<string, string>> {
  const known = documents.get(alias);
  if (known) return known;
  const folder = imports.get(alias);
  const types = new Map<string, Map<string, string>>();
  for (const file of folder ? globSync('types_swagger_doc_generated.go', { cwd: folder }) : []) {
    const text = readFileSync(join(folder ?? '', file), 'utf8');
    for (const [, name = '', body = ''] of text.matchAll(
      /var map_(\w+) = map\[string\]string\{\n([\s\S]*?)\n\}/g,
    )) {
      const entries = [...body.matchAll(/^\s*"([^"]*)":\s*("(?:[^"\\]|\\.)*"),$/gm)];
      types.set(name, new Map(entries.map(([, key = '', value = '']) => [key, JSON.parse(value) as string])));
    }
  }
  documents.set(alias, types);
  return types;
}

function descriptionOf(line: string): string {
  const literal = /Description: ("(?:[^"\\]|\\.)*")/.exec(line)?.[1];
  if (literal) return JSON.parse(literal) as string;
  const [, alias = '', type = '', member, key = ''] =
    /Description: (\w+)\.(\w+)\{\}(?:\.(\w+))?\.SwaggerDoc\(\)\["(\w+)"\]/.exec(line) ?? [];
  // `Event{}.InvolvedObject.SwaggerDoc()` is the documentation of that field's type.
  return (
    docsOf(alias)
      .get(member === 'InvolvedObject' ? 'ObjectReference' : type)
      ?.get(key) ?? ''
  );
}

const columns: Record<string, unknown[]> = {};
// `x := []…{`, or `x = append(x, []…{` for columns that came later.
const DEFINITION =
  /\t(\w+?)ColumnDefiniti\w+ :?= (?:append\(\w+, )?\[\]metav1\.TableColumnDefinition\{\n([\s\S]*?)\n\t\}/g;
for (const [, name = '', body = ''] of source.matchAll(DEFINITION)) {
  const resource = PRINTERS[name];
  if (!resource) continue;
  const added = body.split('\n').map((line) => ({
    name: /Name: "([^"]*)"/.exec(line)?.[1],
    type: /Type: "([^"]*)"/.exec(line)?.[1],
    format: /Format: "([^"]*)"/.exec(line)?.[1] ?? '',
    description: descriptionOf(line),
    priority: Number(/Priority: (\d)/.exec(line)?.[1] ?? 0),
  }));
  columns[resource] = [...(columns[resource] ?? []), ...added];
}
for (const resource of Object.values(PRINTERS)) {
  if (!columns[resource]) throw new Error(`the printers have no columns for ${resource}`);
}
const rows = Object.entries(columns).map(
  ([resource, list]) =>
    `${JSON.stringify(resource)}:[\n${list.map((item) => JSON.stringify(item)).join(',\n')}\n]`,
);
const target = new URL('../../packages/sandbox/src/tables/columns.generated.json', import.meta.url);
writeFileSync(target, `{${rows.join(',\n')}}\n`);
