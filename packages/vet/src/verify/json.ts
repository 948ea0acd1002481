import { Stop } from './stop.ts';

export interface JsonLimits {
  /** Bytes of the text. */
  bytes: number;
  /** Nesting of arrays and objects. */
  depth: number;
  /** Members of arrays and objects, all together: what costs memory once it is parsed. */
  values: number;
}

export const PROOF_JSON: JsonLimits = { bytes: 16 * 1024 * 1024, depth: 64, values: 1_000_000 };

/**
 * Parses JSON whose size and nesting are known to be bounded before the parser sees it: `JSON.parse` itself copes with
 * depth, but what walks the result afterwards need not.
 * @throws {Stop} `limit` or `not-understood`
 */
export function parseJson(bytes: Uint8Array, what: string, limits: JsonLimits = PROOF_JSON): unknown {
  if (bytes.length > limits.bytes) {
    throw new Stop('limit', `${what} is over ${Math.round(limits.bytes / 1024 / 1024)} MiB`);
  }
  const excess = jsonExcess(bytes, limits);
  if (excess !== undefined) throw new Stop('limit', `${what} ${excess}`);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new Stop('not-understood', `${what} is not JSON`);
  }
}

/** What of a JSON text is over a limit, found without parsing it; undefined: nothing. */
export function jsonExcess(
  bytes: Uint8Array,
  limits: Pick<JsonLimits, 'depth' | 'values'>,
): string | undefined {
  let depth = 0;
  let values = 0;
  let inString = false;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (inString) {
      if (byte === 0x5c) at++;
      else if (byte === 0x22) inString = false;
    } else if (byte === 0x22) inString = true;
    else if (byte === 0x7b || byte === 0x5b) {
      if (++depth > limits.depth) return `is nested deeper than ${limits.depth}`;
      values++;
    } else if (byte === 0x7d || byte === 0x5d) depth--;
    else if (byte === 0x2c) values++;
    if (values > limits.values) return `holds more than ${limits.values} values`;
  }
  return undefined;
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
