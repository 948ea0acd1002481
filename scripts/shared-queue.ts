// The queue of test files that several processes share, in a folder: `files.json`, and beside it a file for each that was
// taken and one for each that came to its end. Made here, worked off in shared-process.ts.
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * Makes the queue, and for each process the file that `node --test` is to be given for it.
 * @param folder is made
 * @param files test files, the longest first
 * @param limit how long what a file leaves open is waited for, in ms; absent: as long as only a leak takes
 */
export function makeQueue(
  folder: string,
  files: readonly string[],
  processes: number,
  limit?: number,
): string[] {
  mkdirSync(folder);
  writeFileSync(join(folder, 'files.json'), JSON.stringify(files.map((file) => resolve(file))));
  const module = pathToFileURL(join(import.meta.dirname, 'shared-process.ts')).href;
  return Array.from({ length: Math.min(processes, files.length) }, (_, index) => {
    const path = join(folder, `shared-${index + 1}.mjs`);
    writeFileSync(
      path,
      `import { runShared } from ${JSON.stringify(module)};\nawait runShared(${[folder, ...(limit === undefined ? [] : [limit])].map((one) => JSON.stringify(one)).join(', ')});\n`,
    );
    return path;
  });
}

/**
 * A queue of one file that has a process of its own.
 * @returns the file that `node --test` is to be given for it
 */
export function makeAlone(folder: string, file: string): string {
  mkdirSync(folder);
  writeFileSync(join(folder, 'files.json'), JSON.stringify([resolve(file)]));
  const path = join(folder, 'alone.mjs');
  const queue = pathToFileURL(join(import.meta.dirname, 'shared-queue.ts')).href;
  writeFileSync(
    path,
    [
      `import { after, suite } from 'node:test';`,
      `import { ended, take } from ${JSON.stringify(queue)};`,
      `take(${JSON.stringify(folder)}, 0);`,
      `suite(${JSON.stringify(relative(process.cwd(), file))}, async () => {`,
      // Not where it ends its process: that would be green, and the tests after it would not have run.
      `  after(() => ended(${JSON.stringify(folder)}, 0));`,
      `  await import(${JSON.stringify(pathToFileURL(resolve(file)).href)});`,
      '});',
      '',
    ].join('\n'),
  );
  return path;
}

/** The files of a queue, absolute. */
export function filesOf(folder: string): string[] {
  return JSON.parse(readFileSync(join(folder, 'files.json'), 'utf8'));
}

/** Whose mark it is to make has taken the file of this number: of several processes exactly one. */
export function take(folder: string, index: number): boolean {
  try {
    closeSync(openSync(join(folder, `${index}.taken`), 'wx'));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** The file of this number came to its end, red or green. */
export function ended(folder: string, index: number): void {
  writeFileSync(join(folder, `${index}.ended`), '');
}

/** A line for each file that did not come to its end: the processes are over, and nobody else tells. */
export function notEnded(folder: string): string[] {
  return filesOf(folder).flatMap((file, index) => {
    if (existsSync(join(folder, `${index}.ended`))) return [];
    const taken = existsSync(join(folder, `${index}.taken`));
    return [`${file}: ${taken ? 'its process ended, or had to be ended, in this file' : 'not run'}`];
  });
}
