/**
 * The first key that stands twice in one object of a JSON text, if any. `JSON.parse` keeps the last of the two, while
 * the API server decodes both into one struct: a body with such a key can be read in two ways.
 *
 * @param text JSON; of anything else the answer means nothing
 */
export function duplicateKey(text: string): string | undefined {
  const open: (Set<string> | undefined)[] = [];
  let expectsKey = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '"') {
      const end = endOfString(text, at);
      const keys = open.at(-1);
      if (expectsKey && keys) {
        const key = unescaped(text.slice(at, end + 1));
        if (keys.has(key)) return key;
        keys.add(key);
        expectsKey = false;
      }
      at = end;
    } else if (character === '{') {
      open.push(new Set());
      expectsKey = true;
    } else if (character === '[') {
      open.push(undefined);
      expectsKey = false;
    } else if (character === '}' || character === ']') {
      open.pop();
      expectsKey = false;
    } else if (character === ',') {
      expectsKey = open.at(-1) !== undefined;
    }
  }
  return undefined;
}

function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '"') return at;
  }
  return text.length;
}

/** `"a"` and `"\u0061"` are the same key. */
function unescaped(quoted: string): string {
  try {
    return JSON.parse(quoted) as string;
  } catch {
    return quoted;
  }
}
