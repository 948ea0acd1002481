import { closeSync, fsyncSync, lstatSync, openSync, unlinkSync, writeSync } from 'node:fs';
import { messageOf, ToolcribError } from '@toolcrib/model';
import { call } from './setup.ts';
import { ask, isInteractive, type Output, print, say } from './terminal.ts';

/**
 * `toolcrib doctor --bundle [FILE]`: the whole report is shown, and written only after that.
 * @param file none: a name of the day, in this folder
 */
export async function writeBundle(
  file: string | undefined,
  { yes, output }: { yes?: boolean; output: Output },
): Promise<void> {
  const path = file ?? `toolcrib-report-${new Date().toLocaleDateString('sv')}.txt`;
  if (lstatSync(path, { throwIfNoEntry: false })) throw inTheWay(path);
  const { doctorBundle } = await import('../../operations/doctor-bundle.ts');
  const { report } = await call(doctorBundle, {});
  print(output, { report, file: path }, () => report);
  if (!yes && !isInteractive()) {
    process.exitCode = 1;
    return say(`Nothing was written: nobody can be asked here. With --yes it goes to ${path}.`);
  }
  if (!yes && !/^y(es)?$/i.test(await ask(`That is all of it. Write it to ${path}? [y/N] `))) {
    process.exitCode = 1;
    return say('Nothing was written.');
  }
  writeNew(path, report);
  say(`Written to ${path}, for you alone to read. Nothing was sent anywhere.`);
}

/** Never over another file, nor through a link. */
export function writeNew(path: string, text: string): void {
  let file: number;
  try {
    file = openSync(path, 'wx', 0o600);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') throw inTheWay(path);
    throw new ToolcribError('bad-file', `${path} can't be written: ${messageOf(cause)}.`, {
      next: 'Name another file: toolcrib doctor --bundle FILE',
      cause,
    });
  }
  try {
    writeSync(file, text);
    fsyncSync(file);
  } catch (cause) {
    unlinkSync(path);
    throw new ToolcribError('bad-file', `${path} can't be written: ${messageOf(cause)}.`, {
      next: 'Free some space, or name another file.',
      cause,
    });
  } finally {
    closeSync(file);
  }
}

function inTheWay(path: string): ToolcribError {
  return new ToolcribError('conflict', `${path} is there already, and nothing is written over it.`, {
    next: 'Name another file: toolcrib doctor --bundle FILE',
  });
}
