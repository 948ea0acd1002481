import { statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { messageOf, ToolcribError } from '@toolcrib/model';

/**
 * Before the work and not after it: a report, or evidence, that could not be written where it is wanted.
 * @param option by which it was given
 * @param tools how many are vetted: the evidence of several needs a folder, whatever its name
 * @throws ToolcribError `usage`
 */
export function mustBeWritable(option: '--out' | '--save', path: string, tools = 1): void {
  const refuse = (why: string) => {
    throw new ToolcribError('usage', `${option} ${JSON.stringify(path)}: ${why}.`, {
      next:
        option === '--out'
          ? 'Name a file in a folder that is there.'
          : tools > 1
            ? 'Name a folder: the evidence of each tool is a file of its own in it.'
            : 'Name a folder, or a file that ends in .json.',
    });
  };
  if (path === '') refuse('it is empty');
  const is = (one: string) => {
    try {
      return statSync(one).isDirectory() ? 'folder' : 'file';
    } catch (error) {
      // Also where something above it is a file: that is told of what is above.
      return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'nothing' : 'elsewhere';
    }
  };
  if (option === '--out' && is(path) === 'folder') refuse('that is a folder');
  if (option === '--out' && is(dirname(path)) !== 'folder') refuse('there is no such folder');
  const isFile = path.endsWith('.json') && tools <= 1;
  if (option === '--save' && is(path) === 'file' && !isFile) refuse('a file is in its place');
  if (option === '--save' && is(path) === 'folder' && isFile) refuse('a folder is in its place');
  // Folders are made, but not in the place of a file.
  for (let above = dirname(path); ; above = dirname(above)) {
    if (is(above) === 'file') refuse(`${above} is a file`);
    if (is(above) === 'folder' || above === dirname(above)) return;
  }
}

/**
 * The report and the evidence at one place: the one would be written over the other.
 * @throws ToolcribError `usage`
 */
export function mustBeTwoFiles(out: string, save: string): void {
  if (resolve(out) !== resolve(save)) return;
  throw new ToolcribError('usage', `--out and --save name the same file: ${JSON.stringify(out)}.`, {
    next: 'Give the report and the evidence a file each.',
  });
}

/**
 * @param instead what is written to where it can't be: what was found out must not be lost
 * @throws ToolcribError `bad-file`
 */
export async function writeReport(path: string, text: string, instead: NodeJS.WritableStream): Promise<void> {
  try {
    await writeFile(path, text);
  } catch (error) {
    instead.write(text);
    throw new ToolcribError('bad-file', `The report could not be written to ${path}: ${messageOf(error)}.`, {
      next: 'It was written to standard output instead.',
      cause: error,
    });
  }
}
