// Two terminals may name different files in which one context name means two clusters. The guard's own name of a
// context (its *label*) is that name, and where it is taken by another terminal's, the name and a mark of the files.

const MARKED = /^(.+)~[0-9a-f]{8}$/s;

/** @param mark eight hexadecimal digits that tell the list of files; none where the name means one thing everywhere */
export function labelOf(name: string, mark?: string): string {
  return mark === undefined ? name : `${name}~${mark}`;
}

/** The context's name as the person's files have it: what rules and policies speak of. */
export function contextNameOf(label: string): string {
  return MARKED.exec(label)?.[1] ?? label;
}
