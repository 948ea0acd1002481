/** A program of its own, as arguments of Node, that opens the journal of a folder with `open()`, and prints JSON with `say`. */
export function programOf(folder: string, key: Buffer, body: string): string[] {
  const text = `
    import { openJournal } from ${JSON.stringify(import.meta.resolve('../index.ts'))};
    import { aRequest, aSnapshot, anAct, aHold } from ${JSON.stringify(import.meta.resolve('./records.ts'))};
    import { writeSync } from 'node:fs';
    const clock = { now: () => Date.now(), after: () => () => undefined };
    const say = (value) => writeSync(1, JSON.stringify(value) + '\\n');
    const open = () => openJournal({ folder: ${JSON.stringify(folder)}, key: Buffer.from('${key.toString('hex')}', 'hex'), clock });
    ${body}`;
  return [...process.execArgv.filter((arg) => !arg.startsWith('--test')), '--input-type=module', '-e', text];
}

/** A body that keeps one snapshot after another and prints the number of each that is kept. */
export const keeping = (count: number) => `
  const journal = open();
  for (let i = 0; i < ${count}; i++) {
    await journal.keep(aSnapshot({ id: 's' + i, requestId: 'r' + i }), aRequest({ id: 'r' + i }));
    say(i);
  }`;
