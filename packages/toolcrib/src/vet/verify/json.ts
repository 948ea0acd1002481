import { Stop } from './outcome.ts';

export interface JsonLimits {
  /** Bytes of the text. */
  bytes: number;
  /** Nesting of arrays and objects. */
  depth: number;
}

export const PROOF_JSON: JsonLimits = { bytes: 16 * 1024 * 1024, depth: 64 };

/**
 * Parses JSON whose size and nesting are known to be bounded before the parser sees it: `JSON.parse` itself copes with
 * depth, but what walks the result afterwards need not.
 * @throws {Stop} `limit` or `not-understood`
 */
export function parseJson(bytes: Uint8Array, what: string, limits: JsonLimits = PROOF_JSON): unknown {
  if (bytes.length > limits.bytes) {
    throw new Stop('limit', `${what} is over ${Math.round(limits.bytes / 1024 / 1024)} MiB`);
  }
  if (jsonDepth(bytes, limits.depth) > limits.depth) {
    throw new Stop('limit', `${what} is nested deeper than ${limits.depth}`);
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new Stop('not-understood', `${what} is not JSON`);
  }
}

/** Nesting depth of a JSON text, given up on as soon as it is over `limit`. */
export function jsonDepth(bytes: Uint8Array, limit: number): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (inString) {
      if (byte === 0x5c) at++;
      else if (byte === 0x22) inString = false;
    } else if (byte === 0x22) inString = true;
    else if (byte === 0x7b || byte === 0x5b) {
      depth++;
      if (depth > deepest) deepest = depth;
      if (depth > limit) return deepest;
    } else if (byte === 0x7d || byte === 0x5d) depth--;
  }
  return deepest;
}

/** Narrowing helpers for parsed JSON, so that no property of a hostile value is taken on faith. */
export function asObject(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

export function asArray(value: unknown): unknown[] | undefined {
  return Array.isArray(value) ? value : undefined;
}

export function asString(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
