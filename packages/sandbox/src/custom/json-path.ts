/** The value at a simple JSON path (`.spec.replicas`, `.status.conditions[?(@.type=="Ready")].status`, `.items[0]`). */
export function readPath(object: unknown, path: string): unknown {
  let at: unknown = object;
  for (const [, field, quoted, index, key, wanted] of path.matchAll(
    /\.([A-Za-z0-9_-]+)|\['([^']+)'\]|\[(\d+)\]|\[\?\(@\.([A-Za-z0-9_.-]+)\s*==\s*["']([^"']*)["']\)\]/g,
  )) {
    if (at === null || typeof at !== 'object') return undefined;
    if (index !== undefined) at = (at as unknown[])[Number(index)];
    else if (key !== undefined) {
      at = Array.isArray(at) ? at.find((item) => String(readPath(item, `.${key}`)) === wanted) : undefined;
    } else at = (at as Record<string, unknown>)[field ?? quoted ?? ''];
  }
  return at;
}

/** Sets the value at a path of plain fields; missing objects come into being. */
export function writePath(object: Record<string, unknown>, path: string, value: unknown): void {
  const fields = path.split('.').filter((field) => field !== '');
  const last = fields.pop();
  let at = object;
  for (const field of fields) {
    const next = at[field];
    const child = typeof next === 'object' && next !== null ? (next as Record<string, unknown>) : {};
    at[field] = child;
    at = child;
  }
  if (last !== undefined) at[last] = value;
}
