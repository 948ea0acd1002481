import type { RequestRecord, Unsure } from './records/request.ts';

/** An API server's `--request-timeout` where nobody has said otherwise. Seconds. */
const REQUEST_TIMEOUT = 60;

/**
 * How long what was sent may still be carried out: the server's own time-out, and a quarter of it for what stands before
 * the server and for clocks.
 * @param requestTimeout seconds
 * @returns milliseconds
 */
export function mayArriveMs(requestTimeout = REQUEST_TIMEOUT): number {
  return requestTimeout * 1250;
}

/** Milliseconds between the two looks that say together that something was not carried out. */
export function betweenLooks(mayArrive: number): number {
  return mayArrive / 15;
}

/**
 * The same request, of which nobody knows what became.
 * @param until milliseconds since 1970
 */
export function asUnsure(request: RequestRecord, why: string, until: number): RequestRecord {
  const unsure: Unsure = { why, until };
  // From here on it counts as sent, whether it was asked for or not.
  const { ahead: _ahead, ...sent } = request;
  return { ...sent, state: 'unsettled', unsure, note: `${why}; ${notYetKnown(until)}` };
}

export function notYetKnown(until: number): string {
  return `it may still be carried out until ${timeOf(until)}, and the cluster is asked after that`;
}

/** Between its being kept and its last byte: volumes are set to Retain first, credentials are fetched. Milliseconds. */
export const SENDING = 60_000;

/**
 * Until when a request may still be carried out; undefined where it is certain by now what became of it, or never was sent.
 * @returns milliseconds since 1970
 */
export function mayArriveUntil(request: RequestRecord, mayArrive: number): number | undefined {
  const { state, unsure, at } = request;
  if (state !== 'kept' && state !== 'unsettled') return undefined;
  return unsure?.until ?? at + SENDING + mayArrive;
}

/** `12:03:05 UTC`. @param at milliseconds since 1970 */
export function timeOf(at: number): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? 'some time' : `${date.toISOString().slice(11, 19)} UTC`;
}
