import type { LeftOut } from './journal.ts';

/** For who looks for one record of an act, and takes nothing for the whole of it. */
export const passOver: LeftOut = () => undefined;

/**
 * For who looks again and again for what is to be seen to: what is damaged nobody can see to, and it keeps nobody from the rest.
 * @returns tells each once
 */
export function toldOnce(log: (line: string, detail: { why: string }) => void): LeftOut {
  const told = new Set<string>();
  return ({ message }) => {
    if (told.has(message)) return;
    told.add(message);
    log('a record is damaged: it is left as it is, and the others are seen to', { why: message });
  };
}
