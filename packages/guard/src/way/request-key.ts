import { createHash } from 'node:crypto';
import type { PropagationPolicy } from '@toolcrib/kube';
import type { Effect, Target } from '@toolcrib/model';
import type { AskedRequest } from '../request.ts';
import type { Destructive } from './subject.ts';

/** The same for two identical requests, whoever sends them: what an approval's pass is good for. */
export function requestKey(request: AskedRequest, effect?: Effect): string {
  const { context, method, path, query, headers } = request;
  // helm writes the time into the record: the same command typed again is another body.
  if (effect?.verb === 'uninstall') return hashOf([context, 'helm uninstall', path, senderOf(request)]);
  // Content-Type: what the same bytes mean.
  const media = headers['content-type'] ?? '';
  return hashOf([context, method, path, query, media, senderOf(request)], request.body);
}

/**
 * The same for the like requests of one act: what an envelope is good for. Who sends them, as whom, and what happens
 * to each object beside its name; of the preconditions nothing, since they can only make less happen.
 */
export function likenessOf(request: AskedRequest, effect: Destructive): string {
  return hashOf([senderOf(request), optionsOf(effect)]);
}

/** Tool and agent: a yes to a person's kubectl is none to an agent's. */
export function senderOf({ tool, agent, headers }: AskedRequest): string {
  const as = Object.entries(headers).filter(([name]) => name.startsWith('impersonate-'));
  return JSON.stringify([tool?.sha256 ?? null, agent ?? false, as.sort(([a], [b]) => (a < b ? -1 : 1))]);
}

/** As the server would read them: where in the request they stood, and in which order, is no matter. */
function optionsOf(effect: Destructive): string {
  if (effect.verb === 'scale')
    return JSON.stringify([effect.replicas, ...(effect.adopts === undefined ? [] : ['adopts'])]);
  if (effect.verb === 'uninstall') return AS_HELM_DELETES;
  const { gracePeriodSeconds, ignoreStoreReadErrorWithClusterBreakingPotential: breaking } = effect.options;
  if (effect.through !== undefined) return JSON.stringify(['through', effect.propagation ?? null]);
  const policy = effect.propagation ?? defaultPolicy(effect.target);
  return JSON.stringify([policy, gracePeriodSeconds ?? null, breaking ?? false]);
}

const AS_HELM_DELETES = JSON.stringify(['Background', null, false]);

/** helm says Background for the objects of a release and nothing for its records, where it means the same. */
function defaultPolicy({ group, resource }: Target): PropagationPolicy | null {
  return group === '' && (resource === 'secrets' || resource === 'configmaps') ? 'Background' : null;
}

function hashOf(parts: string[], body: Uint8Array = new Uint8Array()): string {
  const hash = createHash('sha256');
  // With their lengths: no part can run over into the next.
  for (const part of parts) hash.update(`${part.length}:${part}\n`);
  return hash.update(body).digest('base64url');
}
