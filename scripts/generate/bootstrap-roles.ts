/**
 * Writes packages/sandbox/src/seed/roles.generated.json: the RBAC objects that the real server creates when it
 * starts, from the lists that the Go module k8s.io/kubernetes carries for its own tests.
 *
 *   npm run node -- scripts/generate/bootstrap-roles.ts
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { moduleFolder } from './go-module.ts';

interface Role {
  kind: string;
  metadata: { name: string; creationTimestamp?: null };
  [field: string]: unknown;
}

const folder = join(
  moduleFolder('k8s.io/kubernetes'),
  'plugin/pkg/auth/authorizer/rbac/bootstrappolicy/testdata',
);
const files = [
  'cluster-roles',
  'controller-roles',
  'cluster-role-bindings',
  'controller-role-bindings',
  'namespace-roles',
  'namespace-role-bindings',
];
const roles = files.flatMap((file) => {
  const { items } = parse(readFileSync(join(folder, `${file}.yaml`), 'utf8')) as { items: Role[] };
  return items.map((item) => {
    delete item.metadata.creationTimestamp;
    return item;
  });
});
const target = new URL('../../packages/sandbox/src/seed/roles.generated.json', import.meta.url);
writeFileSync(target, `[\n${roles.map((role) => JSON.stringify(role)).join(',\n')}\n]\n`);
