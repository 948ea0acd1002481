/** What a plain scalar means, after the API server's YAML reader (goyaml v2, `resolve.go`). */
export type YamlScalar = string | number | boolean | null;

const WORDS = new Map<string, boolean | null>([
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map(
    (word) => [word, true] as const,
  ),
  ...['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map(
    (word) => [word, false] as const,
  ),
  ...['', '~', 'null', 'Null', 'NULL'].map((word) => [word, null] as const),
]);

const SPECIAL_FLOAT = /^([-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))$/;
const FLOAT = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/;

/**
 * Reads a plain scalar as the API server does: YAML 1.1 with Go's own integers (`0o17`, `017`, `0b1`, `1_000`), without
 * YAML 1.1's numbers to the base 60, and with timestamps left as text.
 *
 * @returns its value; Infinity or NaN where the server can't write it as JSON and refuses the body
 */
export function readPlainScalar(text: string): YamlScalar {
  const word = WORDS.get(text);
  if (word !== undefined) return word;
  if (SPECIAL_FLOAT.test(text)) return text.toLowerCase().endsWith('nan') ? Number.NaN : Infinity;
  if (text.startsWith('.')) return FLOAT.test(text) ? Number(text) : text;
  if (!/^[-+0-9]/.test(text)) return text;
  const plain = text.replaceAll('_', '');
  return integer(plain) ?? (FLOAT.test(plain) ? Number(plain) : text);
}

/** Go's `strconv.ParseInt` and `ParseUint` to the base 0: the prefix tells the base, and a leading 0 means octal. */
function integer(text: string): number | undefined {
  // `0b-1` too: where Go's own reading fails, goyaml reads on behind the prefix.
  const [, sign = '', digits = ''] = /^([-+]?)(.*)$/s.exec(text.replace(/^0b([-+])(?=[01]+$)/, '$10b')) ?? [];
  const value = magnitude(digits);
  if (value === undefined || value >= 2n ** (sign === '' ? 64n : 63n) + (sign === '-' ? 1n : 0n))
    return undefined;
  return Number(sign === '-' ? -value : value);
}

function magnitude(digits: string): bigint | undefined {
  if (/^(0|[1-9][0-9]*)$/.test(digits)) return BigInt(digits);
  if (/^0[xX][0-9a-fA-F]+$|^0[bB][01]+$|^0[oO][0-7]+$/.test(digits)) return BigInt(digits.toLowerCase());
  return /^0[0-7]+$/.test(digits) ? BigInt(`0o${digits.slice(1)}`) : undefined;
}
