/** What `JSON.parse` does not tell of a text. */
export interface JsonScan {
  /** The first key that stands twice in one object. */
  duplicate?: string;
  /** How many objects and lists stand in one another. */
  depth: number;
  /** There are numbers that JavaScript may write in another way than they stood there. */
  unusualNumbers: boolean;
}

const NUMBER = /-?\d[\d.eE+-]*/y;
/** Whole, and small enough for a double to hold it. */
const USUAL = /^(0|-?[1-9]\d{0,14})$/;

/**
 * Goes once through a JSON text, in linear time. `JSON.parse` keeps the last of two equal keys, while the API server
 * decodes both into one struct: a body with such a key can be read in two ways.
 *
 * @param text JSON; of anything else the answer means nothing
 */
export function scanJson(text: string): JsonScan {
  const found: JsonScan = { depth: 0, unusualNumbers: false };
  const open: (Set<string> | undefined)[] = [];
  const enter = (keys: Set<string> | undefined) => {
    open.push(keys);
    found.depth = Math.max(found.depth, open.length);
  };
  // The keys of the object in which a key comes next; none where a value does.
  let keys: Set<string> | undefined;
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === '"') {
      const end = endOfString(text, at);
      if (keys) {
        const key = unescaped(text.slice(at, end + 1));
        if (keys.has(key)) found.duplicate ??= key;
        keys.add(key);
        keys = undefined;
      }
      at = end;
    } else if (character === '{') {
      keys = new Set();
      enter(keys);
    } else if (character === '[') {
      enter(undefined);
    } else if (character === '}' || character === ']') {
      open.pop();
    } else if (character === ',') {
      keys = open.at(-1);
    } else if (character === '-' || (character >= '0' && character <= '9')) {
      NUMBER.lastIndex = at;
      const number = String(NUMBER.exec(text)?.[0]);
      if (!USUAL.test(number)) found.unusualNumbers = true;
      at += number.length - 1;
    }
  }
  return found;
}

/** The first key that stands twice in one object of a JSON text, if any. */
export function duplicateKey(text: string): string | undefined {
  return scanJson(text).duplicate;
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}

/** `"a"` and `"\u0061"` are the same key. */
function unescaped(quoted: string): string {
  try {
    return JSON.parse(quoted) as string;
  } catch {
    return quoted;
  }
}
