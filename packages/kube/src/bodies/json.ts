import { KubeError } from '../errors.ts';
import { scanJson } from './scan-json.ts';

/** Deeper than any object of the API; what copies or writes a value is recursive and must not run out of stack. */
const DEEPEST = 500;

/** Where a number is not one that both JavaScript and the server hold exactly, its own text stands in its place. */
interface RawNumber {
  rawJSON: string;
}

const exact = JSON as unknown as {
  parse(text: string, reviver: (key: string, value: unknown, at: { source?: string }) => unknown): unknown;
  rawJSON(text: string): RawNumber;
  isRawJSON(value: unknown): value is RawNumber;
};

/**
 * Reads JSON for which only one reading is possible, and writes it anew: what is sent is then what was read. Numbers
 * keep their own text (`1e3`, `9007199254740993`); in `value` such a number is a `JSON.rawJSON`, and no number.
 *
 * @throws KubeError `bad-body`: no JSON, nested deeper than 500, or a key that stands twice in one object. Of that we
 *   would take the last, and the server both, one over the other
 */
export function readExactJson(text: string): { value: unknown; text: string } {
  const { duplicate, depth, unusualNumbers } = scanJson(text);
  if (depth > DEEPEST) throw bad(`it is nested deeper than ${DEEPEST}`);
  const value = unusualNumbers ? parse(() => exact.parse(text, keepNumber)) : parse(() => JSON.parse(text));
  // Asked last: of what is no JSON at all the scan means nothing.
  if (duplicate !== undefined) throw bad(`the key ${JSON.stringify(duplicate)} stands twice in one object`);
  return { value, text: JSON.stringify(value) };
}

function keepNumber(_key: string, value: unknown, { source }: { source?: string }): unknown {
  if (typeof value !== 'number' || source === undefined || String(value) === source) return value;
  return exact.rawJSON(source);
}

function parse(how: () => unknown): unknown {
  try {
    return how();
  } catch (cause) {
    throw new KubeError('bad-body', `The body is not JSON: ${(cause as Error).message}.`, { cause });
  }
}

function bad(why: string): KubeError {
  return new KubeError('bad-body', `The body can't be read in one way only: ${why}.`);
}
