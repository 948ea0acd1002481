// Step: act
import { parseRequestPath } from '@toolcrib/kube';
import type { GuardPolicy } from '../policy/policy.ts';
import { summary } from '../radius/index.ts';
import { bodyOf } from '../read/body.ts';
import { isDryRunAsSent } from '../read/options.ts';
import type { AskedRequest, Instruction } from '../request.ts';
import type { Acts } from './act-registry.ts';
import { deniedAnswer, heldAnswer } from './answers.ts';
import { type Stopped, stoppedHook } from './stopped-uninstalls.ts';

export interface HookDeps extends Stopped {
  acts: Pick<Acts, 'ofProgram'>;
  policy(): GuardPolicy;
}

/**
 * The refusal of a hook that helm makes although its uninstall is held or was refused. It creates by POST, since its fourth
 * version by a server-side apply.
 */
export function hookOfStopped(deps: HookDeps, request: AskedRequest): Instruction | undefined {
  const path = parseRequestPath(request.path);
  if (path.type !== 'resource' || path.subresource !== undefined) return undefined;
  if (request.method !== 'POST' && request.method !== 'PATCH') return undefined;
  if (isDryRunAsSent(request.query)) return undefined;
  const { group, resource, namespace } = path;
  const made = { group, resource, namespace, name: path.name ?? nameIn(request) };
  for (const live of deps.acts.ofProgram(request, ({ stopped }) => (stopped?.size ?? 0) > 0, true)) {
    const stopped = stoppedHook(deps, live, made);
    if (stopped === undefined) continue;
    if ('why' in stopped) return deniedAnswer(stopped.why);
    return heldAnswer(stopped.hold, summary(stopped.hold.radius), deps.policy().passMs / 1000);
  }
  return undefined;
}

function nameIn(request: AskedRequest): string | undefined {
  try {
    return (bodyOf(request)?.metadata as { name?: string } | undefined)?.name;
  } catch {
    return undefined;
  }
}
