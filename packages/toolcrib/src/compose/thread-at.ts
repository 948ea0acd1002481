/**
 * A thread's file, in the sources (.ts) and in the built form (.js) alike.
 * @param path seen from this folder, without its ending
 */
export const threadAt = (path: string): URL =>
  new URL(`${path}${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url);
