import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import type { SourceContext } from '../source.ts';
import { readPackument } from './registry.ts';

let server: Server;
let asked: IncomingMessage[] = [];
/** A status or a text; a connection is broken off for each `break`. */
let answers: (number | string | 'break')[] = [];
before(async () => {
  server = createServer((request, response) => {
    asked.push(request);
    const answer = answers.shift() ?? 500;
    if (answer === 'break') request.socket.destroy();
    else if (typeof answer === 'number') response.writeHead(answer).end();
    else response.end(answer);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
});
after(() => server.close());
beforeEach(() => {
  asked = [];
  answers = [];
});
const base = () => `127.0.0.1:${(server.address() as AddressInfo).port}`;
const context = (more: Partial<SourceContext> = {}): SourceContext => ({
  now: () => 0,
  registry: `http://${base()}/sub//`,
  ...more,
});
const document = (name: string) => JSON.stringify({ name, versions: {} });

test('a packument is asked for once a run, and comes with its address and its hash', async () => {
  answers = [document('@acme/tool'), document('@acme/tool')];
  const told: string[] = [];
  const run = context({ progress: (text) => told.push(text) });
  const [first, again] = await Promise.all([
    readPackument('@acme/tool', run),
    readPackument('@acme/tool', run),
  ]);
  assert.equal(first, again);
  assert.deepEqual(
    asked.map(({ url, headers }) => [url, headers.accept]),
    [['/sub/@acme%2ftool', 'application/json']],
  );
  assert.equal(first.location, `http://${base()}/sub/@acme%2ftool`);
  assert.equal(first.sha256, createHash('sha256').update(document('@acme/tool')).digest('hex'));
  assert.equal(first.packument.name, '@acme/tool');
  assert.deepEqual(told, ['asking the npm registry for @acme/tool']);
  await readPackument('@acme/tool', context());
  assert.equal(asked.length, 2, 'another run asks anew');
});

test('a password in the address is neither sent nor told', async () => {
  answers = [document('tool')];
  const { location } = await readPackument('tool', context({ registry: `http://me:secret@${base()}` }));
  assert.equal(location, `http://${base()}/tool`);
  assert.equal(asked[0]?.headers.authorization, undefined);
});

test('a no is a no, and everything else is no answer', async () => {
  answers = [404];
  await assert.rejects(readPackument('tool', context()), {
    code: 'not-found',
    message: 'the npm registry has no package tool',
  });
  answers = [503];
  await assert.rejects(readPackument('tool', context()), {
    code: 'unreachable',
    message: 'the npm registry answered 503 for tool',
  });
  answers = ['break', document('tool')];
  assert.equal((await readPackument('tool', context())).packument.name, 'tool', 'asked once more');
  answers = ['break', 'break', document('tool')];
  await assert.rejects(readPackument('tool', context()), {
    code: 'unreachable',
    message: /^the npm registry did not answer: /,
    next: 'see `npm ping`, or name another with --registry',
  });
  await assert.rejects(readPackument('tool', context({ signal: AbortSignal.abort() })), {
    code: 'unreachable',
  });
});

test('without one named it is the registry of the person’s own npm', async () => {
  const bin = mkdtempSync(join(tmpdir(), 'npm-'));
  const path = process.env.PATH;
  const npm = (script: string) =>
    writeFileSync(join(bin, 'npm'), `#!/bin/sh\n[ "$*" = "config get registry" ] || exit 9\n${script}\n`, {
      mode: 0o755,
    });
  const ask = () => readPackument('tool', context({ registry: undefined }));
  process.env.PATH = `${bin}:${path}`;
  try {
    npm(`echo 'npm is old'; echo 'http://${base()}/own'`);
    answers = [document('tool')];
    assert.equal((await ask()).location, `http://${base()}/own/tool`);
    npm('echo http://x; echo undefined');
    await assert.rejects(ask(), {
      code: 'not-understood',
      message: 'npm’s registry is set to "undefined"',
      next: 'name one with --registry',
    });
    npm('exit 1');
    await assert.rejects(ask(), {
      code: 'missing-part',
      message: 'npm can’t be asked which registry it uses',
    });
  } finally {
    process.env.PATH = path;
    rmSync(bin, { recursive: true });
  }
});

test('an answer that is not of this package is none', async () => {
  const bad = async (answer: string, code: string, message: RegExp) => {
    answers = [answer];
    await assert.rejects(readPackument('tool', context()), { code, message });
  };
  answers = [204];
  await assert.rejects(readPackument('tool', context()), { code: 'bad-file' });
  await bad('{', 'bad-file', /^the registry’s answer for tool is not JSON/);
  await bad('{}', 'not-understood', /: name Invalid input: expected string, received undefined$/);
  await bad(
    document('o'.repeat(300)),
    'not-understood',
    /^the registry was asked for tool and answered for o{200}$/,
  );
  await bad(`{"name":"tool","x":${'['.repeat(201)}${']'.repeat(201)}}`, 'limit', /nested more than 200 deep/);
});
