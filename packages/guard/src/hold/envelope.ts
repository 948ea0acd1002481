import type { Hold } from '@toolcrib/model';

/** One of several like requests of an act. */
export interface LikeRequest {
  context: string;
  person: string;
  session?: string;
  verb: string;
  kind: string;
  namespace?: string;
  /** From `likenessOf`: who sends it, as whom, and with which options. */
  likeness: string;
  uid: string;
}

/** The kind of an envelope whose objects are of several kinds or namespaces: their UIDs tell them apart. */
export const SEVERAL = '*';

/** Whether a request is one of those that a hold's envelope is for, and not used up. */
export function isOf(hold: Hold, request: LikeRequest, now: number): boolean {
  const { envelope } = hold;
  if (!envelope || request.session === undefined) return false;
  return (
    hold.context === request.context &&
    hold.person === request.person &&
    envelope.expiresAt > now &&
    envelope.session === request.session &&
    envelope.verb === request.verb &&
    (envelope.kind === SEVERAL ||
      (envelope.kind === request.kind && envelope.namespace === request.namespace)) &&
    envelope.likeness === request.likeness &&
    envelope.uids.includes(request.uid) &&
    !envelope.used.includes(request.uid)
  );
}
