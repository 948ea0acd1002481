import { GitFailure, type StartedGit, startGit } from './run-git.ts';

/** Longer than any line that git answers with: a name is told back with it. */
const LINE_LIMIT = 1024 * 1024;

/** Objects by name, all of them from one git: to start it costs more than what it reads. */
export interface CatFile {
  /**
   * What git says of each name, in their order: `ID TYPE SIZE`, or that it is missing.
   * @param names without line ends
   */
  info(names: readonly string[]): Promise<string[]>;
  /** The bytes of each, in their order. @throws GitFailure where one is no longer what `info` said of it */
  contents(objects: readonly { id: string; type: string; size: number }[]): Promise<Buffer[]>;
  /** Ends git, if it was ever started; what has no answer yet fails. */
  close(): Promise<void>;
}

/**
 * Git is started when it is first asked, and anew when it has ended over a damaged object: what it says on its way out is
 * the failure of the question it was asked, and of no later one.
 */
export function catFile(gitDir: string, signal?: AbortSignal): CatFile {
  let running: (StartedGit & Answers) | undefined;
  let last: Promise<unknown> = Promise.resolve();
  let closed = false;
  const start = () => {
    const git = startGit(gitDir, ['cat-file', '--batch-command', '--buffer'], signal);
    return { ...git, ...answersOf(git) };
  };
  const stop = async () => {
    const git = running;
    running = undefined;
    git?.child.kill();
    // With something in it that nobody reads it would stay open.
    git?.child.stdout.destroy();
    await git?.ended;
  };
  /** One question after the other, whoever asks. */
  const ask = <T>(commands: readonly string[], read: (answers: Answers) => Promise<T>): Promise<T> => {
    const answer = last.then(async () => {
      if (closed) throw new GitFailure('git cat-file: it is closed');
      running ??= start();
      running.child.stdin.write(`${commands.join('\n')}\nflush\n`);
      try {
        return await read(running);
      } catch (error) {
        // What it may still say would be taken for the next answer.
        await stop();
        throw error;
      }
    });
    last = answer.catch(() => undefined);
    return answer;
  };
  return {
    info: (names) =>
      ask(
        names.map((name) => `info ${name}`),
        async ({ line }) => {
          const lines: string[] = [];
          for (const _ of names) lines.push(await line());
          return lines;
        },
      ),
    contents: (objects) =>
      ask(
        objects.map(({ id }) => `contents ${id}`),
        async ({ line, bytes }) => {
          const found: Buffer[] = [];
          for (const { id, type, size } of objects) {
            const head = await line();
            if (head !== `${id} ${type} ${size}`) throw new GitFailure(`git cat-file: ${head}`);
            found.push((await bytes(size + 1)).subarray(0, size));
          }
          return found;
        },
      ),
    async close() {
      closed = true;
      // What waits its turn must not start another.
      await stop();
      await last;
    },
  };
}

interface Answers {
  line(): Promise<string>;
  bytes(count: number): Promise<Buffer>;
}

/** Takes apart what git prints. @throws as `StartedGit.succeeded`, or GitFailure, where it ends before */
function answersOf({ child, succeeded }: StartedGit): Answers {
  const output = child.stdout[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let held: Buffer = Buffer.alloc(0);
  const more = async (): Promise<Buffer> => {
    const { value, done } = await output.next();
    if (!done) return value;
    await succeeded();
    throw new GitFailure('git cat-file: its answer ended early');
  };
  const take = (count: number) => {
    const taken = held.subarray(0, count);
    held = held.subarray(count);
    return taken;
  };
  return {
    async line() {
      for (;;) {
        const end = held.indexOf(10);
        if (end >= 0) return take(end + 1).toString('utf8', 0, end);
        if (held.length > LINE_LIMIT) throw new GitFailure('git cat-file: its answer has no end');
        held = Buffer.concat([held, await more()]);
      }
    },
    async bytes(count) {
      const parts = [held];
      for (let size = held.length; size < count; ) {
        const part = await more();
        parts.push(part);
        size += part.length;
      }
      if (parts.length > 1) held = Buffer.concat(parts);
      return take(count);
    },
  };
}
