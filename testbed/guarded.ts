// The testbed as a cluster before which the contract tests put a real guard process.
import { readFile } from 'node:fs/promises';
import { parse, stringify } from 'yaml';
import { targetOf } from '../packages/guard/src/testing/kubeconfig-target.ts';
import type { GuardedTarget, WireDelete } from '../packages/toolcrib/src/testing/stage.ts';
import { startTestbed } from './start.ts';

interface AuditLine {
  verb: string;
  user: { username: string };
  impersonatedUser?: unknown;
  requestURI: string;
  objectRef?: { namespace?: string; subresource?: string };
  requestObject?: { preconditions?: { uid?: string }; deleteOptions?: { preconditions?: { uid?: string } } };
  responseStatus?: { code?: number };
}

/** A private control plane whose audit log tells what reached it, by whom and with which preconditions. */
export async function openGuardedTestbed(): Promise<GuardedTarget> {
  const testbed = await startTestbed();
  const kubeconfig = await readFile(testbed.kubeconfigPath, 'utf8');
  const acting = (name: string) => {
    const config = parse(kubeconfig);
    config.users[0].user.as = name;
    return stringify(config);
  };
  const target = await targetOf({
    name: 'testbed',
    admin: kubeconfig,
    person: acting,
    close: () => testbed.stop(),
  });
  // Cho, who may look at everything here, shall have no rights but those that a test gives.
  const binding = '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/testbed:cho';
  await target.https('DELETE', binding);
  return {
    target,
    kubeconfig,
    limited: await readFile(testbed.persons.cho, 'utf8'),
    deletes: async (namespace) =>
      (await readFile(testbed.auditLogPath, 'utf8'))
        .split('\n')
        .filter(Boolean)
        .map((line): AuditLine => JSON.parse(line))
        .filter(({ verb, user, objectRef }) => {
          const destroys = verb.startsWith('delete') || objectRef?.subresource === 'eviction';
          // Controllers act as themselves, and are no part of what a person sent.
          const isPerson = !user.username.startsWith('system:') && user.username !== 'testbed';
          return destroys && isPerson && objectRef?.namespace === namespace;
        })
        .map(wireDelete),
  };
}

function wireDelete({ requestURI, requestObject, responseStatus }: AuditLine): WireDelete {
  const uid = (requestObject?.deleteOptions ?? requestObject)?.preconditions?.uid;
  return { path: requestURI.split('?')[0] ?? '', uid, status: responseStatus?.code ?? 0 };
}
