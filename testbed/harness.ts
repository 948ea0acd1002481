// What tests on a testbed ask it with: a real kubectl, patience, and the audit log.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { clients } from './clients.ts';
import { type Person, startTestbed, type Testbed, type TestbedOptions } from './start.ts';

/** A Deployment (web), StatefulSet with claims (db), DaemonSet (agent), PDB, Jobs and a CronJob. */
export const workloads = join(import.meta.dirname, 'fixtures', 'workloads.yaml');

/** An event of the audit log: the fields that tests ask for. */
type AuditEvent = {
  verb: string;
  user: { username: string };
  objectRef?: { resource?: string; namespace?: string; name?: string; subresource?: string };
  requestObject?: Record<string, unknown>;
  responseStatus?: { code: number };
};

type KubectlOptions = {
  /** Who asks; an administrator by default. */
  as?: Person;
  input?: string;
  env?: NodeJS.ProcessEnv;
};

export type Harness = {
  testbed: Testbed;
  /** The executable, for what must be run in another way. */
  kubectlPath: string;
  /** kubectl's stdout; arguments are split at spaces. Rejects with its stderr in the message. */
  kubectl(args: string, options?: KubectlOptions): Promise<string>;
  /** "kind/name" of what `kubectl get …` finds, sorted. */
  names(args: string): Promise<string[]>;
  /** UIDs of what `kubectl get …` finds, sorted. */
  uids(args: string): Promise<string[]>;
  audit(match: (event: AuditEvent) => boolean): Promise<AuditEvent[]>;
  /** A new namespace in which all of `workloads` has rolled out. */
  furnish(namespace: string): Promise<void>;
};

/** Starts a private testbed; stop it with `harness.testbed.stop()`. */
export async function startHarness(options?: TestbedOptions): Promise<Harness> {
  const { kubectl: kubectlPath } = await clients();
  const testbed = await startTestbed(options);
  const kubectl: Harness['kubectl'] = async (args, { as, input = '', env } = {}) => {
    const kubeconfig = as ? testbed.persons[as] : testbed.kubeconfigPath;
    const running = promisify(execFile)(kubectlPath, [`--kubeconfig=${kubeconfig}`, ...args.split(' ')], {
      env: { HOME: testbed.state.data, ...env },
      timeout: 90_000,
    });
    running.child.stdin?.end(input);
    return (await running).stdout.trim();
  };
  const words = async (args: string) => (await kubectl(args)).split(/\s+/).filter(Boolean).sort();
  return {
    testbed,
    kubectlPath,
    kubectl,
    names: (args) => words(`${args} -o name`),
    uids: (args) => words(`${args} -o jsonpath={.items[*].metadata.uid}`),
    audit: async (match) => {
      const lines = (await readFile(testbed.auditLogPath, 'utf8')).split('\n').filter(Boolean);
      return lines.map((line): AuditEvent => JSON.parse(line)).filter(match);
    },
    furnish: async (n) => {
      await kubectl(`create namespace ${n}`);
      await kubectl(`apply -n ${n} -f ${workloads}`);
      await kubectl(`rollout status -n ${n} deployment/web statefulset/db daemonset/agent --timeout=60s`);
    },
  };
}

/** Asks until the answer satisfies, as people do with `kubectl get`. */
export async function eventually<T>(
  what: string,
  ask: () => Promise<T>,
  good: (answer: T) => boolean,
  seconds = 30,
): Promise<T> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await ask();
    if (good(answer)) return answer;
    if (Date.now() > end) assert.fail(`not within ${seconds} s: ${what}; last: ${JSON.stringify(answer)}`);
    await sleep(200);
  }
}
