import { createInterface } from 'node:readline';

/** Somebody ended the questions: Ctrl-C, or the end of the input. */
export class Ended extends Error {}

export interface Asking {
  /**
   * @param preset what an empty answer stands for
   * @param read what an answer means; undefined for one that is none: it is asked again
   * @param hint said then
   * @throws Ended
   */
  question<Answer>(
    text: string,
    preset: string,
    read: (answer: string) => Answer | undefined,
    hint: string,
  ): Promise<Answer>;
  /** @throws Ended */
  yes(text: string, preset: boolean): Promise<boolean>;
  close(): void;
}

/**
 * Questions on a terminal, each with its default. What is typed ahead of a question counts as its answer, as it does everywhere
 * else on a terminal (`readline/promises` throws it away).
 */
export function asking(
  input: NodeJS.ReadableStream = process.stdin,
  output: NodeJS.WritableStream = process.stderr,
): Asking {
  const lines = createInterface({ input, output });
  const typed: string[] = [];
  let waits: { take(line: string): void; end(): void } | undefined;
  let ended = false;
  lines.on('line', (line) => (waits ? waits.take(line) : typed.push(line)));
  const end = () => {
    ended = true;
    waits?.end();
  };
  lines.on('SIGINT', end).on('close', end);
  const next = (prompt: string) =>
    new Promise<string>((resolve, reject) => {
      const line = typed.shift();
      if (line !== undefined) {
        output.write(`${prompt}${line}\n`);
        return resolve(line);
      }
      if (ended) return reject(new Ended());
      waits = {
        take(answer) {
          waits = undefined;
          resolve(answer);
        },
        end: () => reject(new Ended()),
      };
      lines.setPrompt(prompt);
      lines.prompt();
    });
  const question: Asking['question'] = async (text, preset, read, hint) => {
    for (;;) {
      const answer = (await next(`${text} [${preset}] `)).trim();
      const meant = read(answer === '' ? preset : answer);
      if (meant !== undefined) return meant;
      output.write(`${hint}\n`);
    }
  };
  return {
    question,
    yes: (text, preset) =>
      question(
        text,
        preset ? 'Y/n' : 'y/N',
        (answer) => {
          if (answer === 'Y/n' || answer === 'y/N') return preset;
          return /^y(?:es)?$/i.test(answer) ? true : /^no?$/i.test(answer) ? false : undefined;
        },
        'Please answer y or n.',
      ),
    close: () => lines.close(),
  };
}
