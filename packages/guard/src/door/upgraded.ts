import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { needsJudgement } from '../effects/needs-judgement.ts';
import { admitAgain } from './admit-again.ts';
import { createWatch } from './asked.ts';
import type { DoorOptions, Within } from './options.ts';
import { refuse } from './turn-away.ts';
import { mayUpgrade, protocolOf, tunnel } from './upgrade.ts';

/** A request that asks for an upgrade: admitted as any other, and only for what has use for a tunnel. */
export async function upgraded(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  port: number,
  options: DoorOptions & Within,
) {
  const admission = await admitAgain(request, port, options);
  if (!admission.admitted) {
    const { code = 403, message = 'refused' } = admission.status;
    refuse(socket, code, message);
    return;
  }
  if (options.inside.ending) {
    refuse(socket, 503, 'toolcrib: the guard is being stopped. Nothing was sent.');
    return;
  }
  options.known(request.socket, admission.grant);
  // A destructive request does not become harmless by asking for an upgrade, and nothing else has use for one.
  const { target, query: asked } = admission;
  const destructive = needsJudgement(
    request.method ?? 'GET',
    target,
    asked,
    createWatch(admission, options.handler),
  );
  const protocol = protocolOf(request);
  if (destructive || protocol === undefined || !mayUpgrade(target, asked)) {
    refuse(socket, 400, 'toolcrib: this request may not ask for an upgrade.');
    return;
  }
  const { path, query } = admission;
  const passage = options.inside.begins(request.socket);
  passage.endless(() => socket.end());
  socket.once('close', passage.over);
  await tunnel(request, socket, head, await options.upstreamFor(admission.grant.context), {
    path,
    query,
    protocol,
  });
}
