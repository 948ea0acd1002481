import { spawn } from 'node:child_process';
import { ensureReferee } from '../../testbed/build.ts';

/** A request as bytes go to the API server; the path without query, as it stands on the request line. */
export interface Sent {
  method: string;
  path: string;
  query: string;
  /** One header line each. */
  contentTypes: string[];
  body: Uint8Array;
}

/** What the API server made of a request (testbed/referee/recorder.go). */
export interface Reading {
  status: number;
  why?: string;
  isResource?: boolean;
  group?: string;
  resource?: string;
  subresource?: string;
  namespace?: string;
  name?: string;
  /** What reached its storage; nothing where it refused. */
  op?: 'update' | 'delete' | 'deletecollection' | 'evict' | 'create';
  at?: string;
  dryRun?: boolean;
  /** What `spec.replicas` comes to; nothing where it has none then. */
  replicas?: number;
  /** Of the whole object that would be stored. */
  digest?: string;
  options?: Record<string, unknown>;
  labelSelector?: string;
  fieldSelector?: string;
}

/** An object of one of the API's types, by random, in each encoding. */
export interface Sample {
  group: string;
  version: string;
  kind: string;
  resource: string;
  json: Buffer;
  yaml: Buffer;
  protobuf: Buffer;
}

export interface Referee {
  samples(seed: number, count: number): Promise<Sample[]>;
  /** @param live the replicas that stand there now */
  read(requests: { sent: Sent; live: number }[]): Promise<Reading[]>;
  close(): void;
}

/** Starts the program, built where there is none yet. */
export async function startReferee(say: (line: string) => void): Promise<Referee> {
  const child = spawn(await ensureReferee(say), {
    stdio: ['pipe', 'pipe', 'inherit'],
    // It lives for minutes and holds little: collecting seldom is a third of its time.
    env: { ...process.env, GOGC: '800' },
  });
  const waiting: ((answer: Buffer) => void)[] = [];
  const failures: ((error: Error) => void)[] = [];
  let chunks: Buffer[] = [];
  let have = 0;
  let need = 4;
  let inFrame = false;
  child.stdout.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    have += chunk.length;
    if (have < need) return;
    let bytes = Buffer.concat(chunks);
    while (bytes.length >= need) {
      const part = bytes.subarray(0, need);
      bytes = bytes.subarray(need);
      if (inFrame) waiting.shift()?.(part);
      need = inFrame ? 4 : part.readUInt32BE();
      inFrame = !inFrame;
    }
    chunks = [bytes];
    have = bytes.length;
  });
  child.once('exit', (code) => {
    for (const fail of failures) fail(new Error(`the referee ended (${code})`));
  });
  const ask = (frames: Buffer[]): Promise<Buffer[]> =>
    new Promise((resolve, reject) => {
      failures.push(reject);
      const answers: Buffer[] = [];
      for (const _ of frames) {
        waiting.push((answer) => {
          answers.push(answer);
          if (answers.length < frames.length) return;
          failures.splice(failures.indexOf(reject), 1);
          resolve(answers);
        });
      }
      child.stdin.write(Buffer.concat(frames));
    });
  return {
    async samples(seed, count) {
      const [answer] = await ask([frame(Buffer.from(`G${JSON.stringify({ seed, count })}`))]);
      const parsed = JSON.parse(String(answer)) as Record<string, string>[];
      return parsed.map((one) => ({
        ...(one as unknown as Sample),
        json: Buffer.from(one.json ?? '', 'base64'),
        yaml: Buffer.from(one.yaml ?? '', 'base64'),
        protobuf: Buffer.from(one.protobuf ?? '', 'base64'),
      }));
    },
    async read(requests) {
      if (requests.length === 0) return [];
      const answers = await ask(requests.map(({ sent, live }) => frame(requestFrame(sent, live))));
      return answers.map((answer) => JSON.parse(answer.toString()) as Reading);
    },
    close: () => void child.kill(),
  };
}

function frame(content: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  return Buffer.concat([length, content]);
}

function requestFrame({ method, path, query, contentTypes, body }: Sent, live: number): Buffer {
  const head = Buffer.alloc(5);
  head.write('R');
  head.writeInt32BE(live, 1);
  const lines = [
    `${method} ${path}${query === '' ? '' : `?${query}`} HTTP/1.1`,
    'Host: cluster',
    ...contentTypes.map((type) => `Content-Type: ${type}`),
    `Content-Length: ${body.length}`,
  ];
  return Buffer.concat([head, Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), body]);
}
