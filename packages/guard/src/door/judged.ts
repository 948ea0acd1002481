import type { IncomingMessage, ServerResponse } from 'node:http';
import { messageOf } from '@toolcrib/model';
import { bodyNeedsJudgement } from '../effects/needs-judgement.ts';
import type { LeaseEnd, Outcome } from '../request.ts';
import { failure } from '../status.ts';
import type { Admitted } from './admit.ts';
import { answerWith } from './answer.ts';
import { askedRequest, createWatch } from './asked.ts';
import { announcedLength, BODY_LIMIT, BODY_TIME, readBody } from './body.ts';
import { forward } from './forward.ts';
import type { DoorOptions, Within } from './options.ts';
import { answerAndClose } from './turn-away.ts';

/** The long way: the whole body is read, the handler decides where it may have to, and only then something is sent. */
export async function judged(
  request: IncomingMessage,
  response: ServerResponse,
  admission: Admitted,
  options: DoorOptions & Within,
) {
  const { room, limits } = options;
  const tooLarge = () => {
    const status = failure(413, 'toolcrib: the body is larger than the API server takes (3 MiB).');
    return answerAndClose(request, response, status);
  };
  const announced = announcedLength(request);
  // One that says so itself waits for no place.
  if ((announced ?? 0) > BODY_LIMIT) return tooLarge();
  const place = await room.enter(admission.grant.context, announced, (leave) =>
    response.once('close', leave),
  );
  if (!place) {
    // client-go tries again by itself.
    response.setHeader('retry-after', '1');
    const status = failure(429, 'toolcrib: too many large bodies at once. Nothing was sent; send it again.');
    return answerAndClose(request, response, status);
  }
  try {
    const body = await readBody(request, limits?.bodyTime);
    if (body === 'too-slow') {
      const seconds = (limits?.bodyTime ?? BODY_TIME) / 1000;
      const status = failure(408, `toolcrib: the body did not come within ${seconds} s. Nothing was sent.`);
      return answerAndClose(request, response, status);
    }
    if (body === 'too-large') return tooLarge();
    place.needs(body.length);
    await judgedWith(request, response, admission, options, body);
  } finally {
    place.leave();
  }
}

async function judgedWith(
  request: IncomingMessage,
  response: ServerResponse,
  admission: Admitted,
  options: DoorOptions & Within,
  body: Uint8Array,
) {
  const { handler } = options;
  const asked = askedRequest(request, admission, body, options.requestId());
  // Asked only now: what is watched may be another by the time that a body has come.
  if (!bodyNeedsJudgement(asked, admission.target, createWatch(admission, handler)))
    return harmless(request, response, admission, options, body);
  let answered = false;
  response.once('close', () => {
    if (!answered) handler.gone(asked.id);
  });
  const instruction = await handler.judge(asked);
  answered = true;
  if (instruction.do === 'answer') return answerWith(response, instruction, instruction.warnings);
  const { judgedAs } = instruction;
  const id = judgedAs ?? asked.id;
  // The client may have gone while a person thought: what was held goes out only to one that still waits.
  if (response.destroyed) return handler.settled(id, { notSent: 'the client went before it was sent' });
  const upstream = await options.upstreamFor(admission.grant.context).catch((error: unknown) => {
    handler.settled(id, { notSent: messageOf(error) });
    throw error;
  });
  let outcome: Outcome;
  try {
    outcome = await forward(request, response, upstream, {
      path: instruction.path ?? admission.path,
      query: instruction.query ?? admission.query,
      body: instruction.body ?? { bytes: body },
      warnings: instruction.warnings,
      ...(instruction.lease === undefined ? {} : { until: endOf(instruction.lease, options.lease) }),
      ...(judgedAs === undefined ? {} : { untoldConflict: true }),
    });
    handler.settled(id, outcome);
  } catch (error) {
    handler.settled(id, { failed: messageOf(error) });
    throw error;
  }
  // What it names is no longer what was seen: looked at as if nothing had been judged before. It has no pass any more.
  if ('untold' in outcome) await judgedWith(request, response, admission, options, body);
}

/** When what was let go by a lease is not sent any more: at the end of that one guard's, as far as it was renewed until then. */
function endOf({ guard, until }: LeaseEnd, now: DoorOptions['lease']): () => number {
  return () => {
    const known = now?.();
    return known?.guard === guard ? Math.max(until, known.until) : until;
  };
}

/** Byte for byte as it came, and without a word to the thread that judges: it may be busy for long, or stuck. */
async function harmless(
  request: IncomingMessage,
  response: ServerResponse,
  { grant, path, query }: Admitted,
  options: DoorOptions,
  bytes: Uint8Array,
) {
  if (response.destroyed) return;
  const upstream = await options.upstreamFor(grant.context);
  const outcome = await forward(request, response, upstream, { path, query, body: { bytes }, warnings: [] });
  if ('failed' in outcome) options.log?.('not forwarded', { path, why: outcome.failed });
}
