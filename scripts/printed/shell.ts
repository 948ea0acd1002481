// One bash that lives as long as a story: what a line leaves behind (variables, the folder, jobs) is there for the next one.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';

/** What a line said and how it ended. */
export interface Said {
  code: number;
  stdout: string;
  stderr: string;
}

export interface Shell {
  run(line: string): Promise<Said>;
  /** Starts a line in the background; `done` once it has ended. */
  begin(line: string): Promise<{ done: Promise<Said> }>;
  close(): Promise<void>;
}

/**
 * @param scratch a folder for what the lines say
 * @param env all that the shell has of an environment
 */
export function openShell(scratch: string, cwd: string, env: Record<string, string>): Shell {
  mkdirSync(scratch, { recursive: true });
  const bash = spawn('bash', ['--noprofile', '--norc'], {
    cwd,
    env,
    detached: true,
    stdio: ['pipe', 'inherit', 'inherit', 'pipe'],
  });
  const { stdin } = bash;
  if (!stdin) throw new Error('bash has no input');
  const ended = new Promise<void>((resolve) => bash.once('close', () => resolve()));
  const waiting = new Map<string, (code: number) => void>();
  let heard = '';
  (bash.stdio[3] as Readable).setEncoding('utf8').on('data', (part: string) => {
    heard += part;
    for (let end = heard.indexOf('\n'); end >= 0; end = heard.indexOf('\n')) {
      const [id = '', code = ''] = heard.slice(0, end).split(' ');
      heard = heard.slice(end + 1);
      waiting.get(id)?.(Number(code));
      waiting.delete(id);
    }
  });
  // Who waits for a line of a shell that has gone would wait for ever.
  void ended.then(() => {
    for (const tell of waiting.values()) tell(-1);
  });
  let count = 0;
  const next = () => String(++count);
  const file = (id: string, of: 'out' | 'err') => join(scratch, `${id}.${of}`);
  const said = (id: string) =>
    new Promise<Said>((resolve) => {
      waiting.set(id, (code) => {
        const [stdout, stderr] = (['out', 'err'] as const).map((of) => readFileSync(file(id, of), 'utf8'));
        resolve({ code, stdout: stdout ?? '', stderr: stderr ?? '' });
      });
    });
  const into = (id: string) => `>'${file(id, 'out')}' 2>'${file(id, 'err')}' </dev/null`;
  return {
    run(line) {
      const id = next();
      const answer = said(id);
      // In braces, and not in parentheses: an `eval` has to change this very shell.
      stdin.write(`{ ${line}\n} ${into(id)} 3>&-; echo "${id} $?" >&3\n`);
      return answer;
    },
    async begin(line) {
      const id = next();
      const done = said(id);
      stdin.write(`{ { ${line}\n} ${into(id)} 3>&-; echo "${id} $?" >&3; } &\n`);
      return { done };
    },
    async close() {
      stdin.end();
      try {
        if (bash.pid !== undefined) process.kill(-bash.pid, 'SIGTERM');
      } catch {
        // Already gone.
      }
      await ended;
    },
  };
}
