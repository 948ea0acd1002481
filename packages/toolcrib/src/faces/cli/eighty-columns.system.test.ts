// What we print in a terminal of 80 columns, with colours and without: needs script(1) and stty(1).
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { aHold, anAct, aRequest } from '@toolcrib/guard/journal/testing/records.ts';
import type { Command } from 'commander';
import { type PlayedGuard, playGuard } from '../../testing/played-guard.ts';
import { CLI, launch, NODE } from '../../testing/programs.ts';
import { type GuardHome, guardHome } from '../../testing/running-guard.ts';
import { programFor } from './program.ts';

const COLUMNS = 80;

let home: GuardHome;
let guard: PlayedGuard;
before(async () => {
  home = guardHome(
    JSON.stringify({
      'current-context': 'prod',
      clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1' } }],
      users: [{ name: 'aiko', user: { token: 'secret' } }],
      contexts: ['prod', 'stage'].map((name) => ({ name, context: { cluster: 'c', user: 'aiko' } })),
    }),
  );
  const journal = home.journal();
  await journal.saveAct(anAct({ id: 'act-7k2m9cx' }));
  await journal.saveRequest(aRequest({ actId: 'act-7k2m9cx' }));
  journal.close();
  const part = (version: string) => ({
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    components: [{ type: 'library', name: 'yaml', version, purl: `pkg:npm/yaml@${version}` }],
  });
  for (const version of ['2.8.0', '2.9.1'])
    writeFileSync(join(home.folder, `${version}.cdx.json`), JSON.stringify(part(version)));
  guard = await playGuard(home);
  guard.holds.push(aHold({ code: 'K7QMD', expiresAt: Date.now() + 3_600_000 }));
});
after(async () => {
  await guard?.close();
  home?.remove();
});

const LINES = [
  ...['', 'undo', 'undo last', 'undo act-7k2m9cc', 'approve', 'approve K7QMD', 'approve K7QMF', 'rollback X'],
  ...['kubectl delete pod web-0', 'on', 'off', 'held', 'held K7QMD', 'deny NONEE', 'log', 'log act-7k2m9cx'],
  ...[
    'log --context prdo',
    'log --limit 0',
    'radius web',
    'radius deploy/web',
    'radius deploy/web --context prdo',
  ],
  ...[
    'guard status',
    'guard stat',
    'doctor',
    'run -- /nowhere/at/all',
    'app lens --configure --desktop-entry',
  ],
  ...['vet', 'vet ./nothing', 'vet verfy', 'vet --publish --criteria', 'vet --verify none.json'],
  ...['vet trust show', 'vet sbom 2.8.0.cdx.json', 'vet sbom-diff 2.8.0.cdx.json 2.9.1.cdx.json'],
  ...['vet verify 2.8.0.cdx.json', 'vet verify --git . --tag v1', 'completion tcsh', 'uninstall --yes=no'],
];

/** What stands in a terminal, line by line: without what colours it. */
async function shown(lines: readonly string[], env: Record<string, string>): Promise<string[]> {
  const program = [process.execPath, ...NODE, CLI].map((word) => `'${word}'`).join(' ');
  const script = [
    `cd '${home.folder}'`,
    'stty cols 80 <&1',
    ...lines.map((line) => `${program} ${line}`),
  ].join('\n');
  const file = join(home.folder, 'typed.sh');
  writeFileSync(file, script);
  // The guard that answers is played in this process.
  const { code, stdout } = await launch('script', ['-qec', `bash ${file} </dev/null; exit 0`, '/dev/null'], {
    env: { ...home.env, TERM: 'xterm', ...env },
  }).done;
  assert.equal(code, 0, stdout);
  return stripVTControlCharacters(stdout).split(/\r?\n/);
}

/** A path, an address or a command to copy is never broken: the terminal itself does that, and copies it whole. */
const isOneThing = (line: string) =>
  !/\S\s+\S/.test(line.trim()) || /^\s*(→ )?(toolcrib|eval) /.test(line) || /^\s*\S+\/\S{40,}/.test(line);

const tooWide = (lines: readonly string[]) =>
  lines.filter((line) => [...line].length > COLUMNS && !isOneThing(line));

test('every help', async () => {
  const all = (command: Command, path: string): string[] => [
    `${path} --help`.trim(),
    ...command.commands.flatMap((one) => all(one, `${path} ${one.name()}`)),
  ];
  const lines = await shown(all(await programFor(''), ''), { NO_COLOR: '1' });
  assert.ok(lines.length > 500, String(lines.length));
  assert.deepEqual(tooWide(lines), []);
});

for (const [what, env] of [
  ['with colours', { NO_COLOR: '', FORCE_COLOR: '1' }],
  ['without', { NO_COLOR: '1' }],
] as const)
  test(`what is answered, and what is said of mistakes, ${what}`, async () => {
    const lines = await shown(LINES, env);
    assert.ok(lines.length > 150, lines.join('\n'));
    assert.deepEqual(tooWide(lines), []);
  });
