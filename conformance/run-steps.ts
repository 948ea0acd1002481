import { setTimeout as sleep } from 'node:timers/promises';
import { createActor, StepStopped } from './actor.ts';
import { judge } from './judge.ts';
import type { Result } from './result.ts';
import type { Step } from './step.ts';
import type { Pair, Run, Target } from './types.ts';

const BESIDE = 5;

/** Runs steps on both, some beside each other, and judges each. */
export async function runSteps(
  pair: Pair,
  steps: readonly Step[],
  tell: (result: Result) => void = () => {},
  prefix = 'c',
): Promise<Result[]> {
  const results = new Map<Step, Result>();
  const work = async (queue: Step[]) => {
    for (let step = queue.shift(); step; step = queue.shift()) {
      const result = await runStep(pair, step, `${prefix}-${steps.indexOf(step) + 1}`);
      results.set(step, result);
      tell(result);
    }
  };
  const beside = steps.filter((step) => !step.alone);
  await Promise.all(Array.from({ length: BESIDE }, () => work(beside)));
  await work(steps.filter((step) => step.alone));
  return steps.flatMap((step) => results.get(step) ?? []);
}

export async function runStep(pair: Pair, step: Step, namespace: string): Promise<Result> {
  const begun = Date.now();
  const [testbed, sandbox] = await Promise.all([
    act(pair.testbed, step, namespace),
    act(pair.sandbox, step, namespace),
  ]);
  const verdict = judge(step, testbed, sandbox);
  return { step, ...verdict, milliseconds: Date.now() - begun };
}

async function act(target: Target, step: Step, namespace: string): Promise<Run> {
  const { actor, observed, trail, dispose } = createActor(target, namespace);
  let stopped: string | undefined;
  try {
    await openNamespace(target, namespace);
    await step.run(actor);
  } catch (error) {
    stopped = error instanceof Error ? error.message : String(error);
    if (!(error instanceof StepStopped)) observed.push({ what: 'the step stops', fact: stopped });
  } finally {
    await dispose();
    // Nobody waits for it: the next steps have namespaces of their own.
    await target.send({ method: 'DELETE', path: `/api/v1/namespaces/${namespace}` }).catch(() => {});
  }
  return { observed, trail, stopped };
}

async function openNamespace(target: Target, name: string): Promise<void> {
  const body = JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  const headers = { 'content-type': 'application/json' };
  const { status, text } = await target.send({ method: 'POST', path: '/api/v1/namespaces', body, headers });
  if (status !== 201) throw new Error(`namespace ${name} on the ${target.name}: ${status} ${text}`);
  const root = `/api/v1/namespaces/${name}`;
  for (const path of [`${root}/serviceaccounts/default`, `${root}/configmaps/kube-root-ca.crt`]) {
    for (let tries = 0; (await target.send({ method: 'GET', path })).status !== 200; tries++) {
      if (tries > 400) throw new Error(`${target.name} does not make ${path}`);
      await sleep(25);
    }
  }
}
