/**
 * Fields that stand twice in one object of a JSON text, by their paths (`data.a`), as the server's strict decoder tells
 * them; `JSON.parse` keeps the last one in silence.
 */
export function duplicateFields(text: string): string[] {
  const open: { keys?: Set<string>; path: string; index: number }[] = [];
  const found: string[] = [];
  let key: string | undefined;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],:]/g)) {
    const top = open.at(-1);
    if (token === '{' || token === '[') {
      const path = top ? within(top, key) : '';
      open.push({ path, index: 0, ...(token === '{' ? { keys: new Set() } : {}) });
      key = undefined;
    } else if (token === '}' || token === ']') {
      open.pop();
      key = undefined;
    } else if (token === ',') {
      if (top) top.index++;
      key = undefined;
    } else if (token.startsWith('"') && top?.keys && key === undefined) {
      key = JSON.parse(token) as string;
      if (top.keys.has(key)) found.push(within(top, key));
      top.keys.add(key);
    }
  }
  return found;
}

function within(
  { keys, path, index }: { keys?: Set<string>; path: string; index: number },
  key = '',
): string {
  if (!keys) return `${path}[${index}]`;
  return path === '' ? key : `${path}.${key}`;
}
