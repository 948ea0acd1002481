import type { KubeObject } from '@toolcrib/kube';

const PREFIX = 'sandbox.toolcrib.dev';

/** Annotations by which a test (or a person) tells the sandbox how a Pod's containers behave. */
export const HOOKS = {
  /** Containers end with this code once they have run for `runSeconds` (0 by default). */
  exitCode: `${PREFIX}/exit-code`,
  runSeconds: `${PREFIX}/run-seconds`,
  /** `false`: the containers run, but never become ready. */
  ready: `${PREFIX}/ready`,
  /** On a Node, `true`: its kubelet is silent, as after a power cut. */
  lost: `${PREFIX}/lost`,
} as const;

/** How the Pod's containers end by themselves, or undefined where they run on. @returns milliseconds */
export function endOf(pod: KubeObject, jobPodMs: number): { exitCode: number; afterMs: number } | undefined {
  const annotations = pod.metadata.annotations ?? {};
  const seconds = numberFrom(annotations[HOOKS.runSeconds]);
  const exitCode = numberFrom(annotations[HOOKS.exitCode]);
  if (exitCode !== undefined) return { exitCode, afterMs: (seconds ?? 0) * 1000 };
  if (seconds !== undefined) return { exitCode: 0, afterMs: seconds * 1000 };
  // What is not to be restarted for ever is meant to end: a Job's Pod, a `kubectl run --restart=Never`.
  return restartPolicyOf(pod) === 'Always' ? undefined : { exitCode: 0, afterMs: jobPodMs };
}

export function mayBecomeReady(pod: KubeObject): boolean {
  return pod.metadata.annotations?.[HOOKS.ready] !== 'false';
}

export function isLost(node: KubeObject | undefined): boolean {
  return node?.metadata.annotations?.[HOOKS.lost] === 'true';
}

export function restartPolicyOf(pod: KubeObject): 'Always' | 'OnFailure' | 'Never' {
  return pod.spec?.restartPolicy ?? 'Always';
}

function numberFrom(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}
