// The testbed as a target of the product's contract tests.
import { readFile } from 'node:fs/promises';
import { parse, stringify } from 'yaml';
import { targetOf } from '../packages/guard/src/testing/kubeconfig-target.ts';
import { openedOnce } from '../packages/guard/src/testing/opened-once.ts';
import type { ClusterTarget, OpenTarget } from '../packages/guard/src/testing/target.ts';
import { startTestbed } from './start.ts';

/** A private control plane; a person without rights of its own is the administrator, acting as that person. */
export async function openTestbed(): Promise<ClusterTarget> {
  const testbed = await startTestbed();
  const admin = await readFile(testbed.kubeconfigPath, 'utf8');
  return targetOf({
    name: 'testbed',
    admin,
    person(name) {
      const kubeconfig = parse(admin);
      kubeconfig.users[0].user.as = name;
      return stringify(kubeconfig);
    },
    close: () => testbed.stop(),
  });
}

/** One control plane for several contracts of a test file: the first opens it, and it ends with the file. */
export const sharedTestbed = (): OpenTarget => openedOnce(openTestbed);
