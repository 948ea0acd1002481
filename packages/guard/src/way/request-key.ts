// Step: read
import { createHash } from 'node:crypto';
import type { As, Effect } from '@toolcrib/model';
import { kindOf } from '../effects/index.ts';
import type { Destructive } from '../effects/subject.ts';
import type { AskedRequest } from '../request.ts';

/** A request, and who sends it (`senderOf`). */
interface Sending {
  request: AskedRequest;
  sender: string;
}

/** The same for two identical requests, whoever sends them: what an approval's pass is good for. */
export function requestKey({ request, sender }: Sending, effect?: Effect): string {
  const { context, method, path, query, headers } = request;
  // helm writes the time into the record: the same command typed again is another body.
  const begins = effect && kindOf(effect).begins;
  if (begins) return hashOf([context, begins.command, path, sender]);
  // Content-Type: what the same bytes mean.
  const media = headers['content-type'] ?? '';
  return hashOf([context, method, path, query, media, sender], request.body);
}

/**
 * The same for the like requests of one act: what an envelope is good for. Who sends them, as whom, and what happens
 * to each object beside its name; of the preconditions nothing, since they can only make less happen.
 */
export function likenessOf({ sender }: Pick<Sending, 'sender'>, effect: Destructive): string {
  return hashOf([sender, kindOf(effect).likeness?.(effect) ?? JSON.stringify(effect)]);
}

/** Tool and agent: a yes to a person's kubectl is none to an agent's. */
export function senderOf({ tool, agent }: Pick<AskedRequest, 'tool' | 'agent'>, who: As | undefined): string {
  const as = Object.entries(who ?? {}).map(([name, value]) => [name, [value].flat().join('\n')] as const);
  return JSON.stringify([tool?.sha256 ?? null, agent ?? false, as.sort(([a], [b]) => (a < b ? -1 : 1))]);
}

function hashOf(parts: string[], body: Uint8Array = new Uint8Array()): string {
  const hash = createHash('sha256');
  // With their lengths: no part can run over into the next.
  for (const part of parts) hash.update(`${part.length}:${part}\n`);
  return hash.update(body).digest('base64url');
}
