// Which way imports may point (docs/architecture.md): kube ◀ sandbox ◀ toolcrib; inside toolcrib
// cli, api ▶ app ▶ capabilities ▶ journal, cluster ▶ model ▶ kube. Capabilities never import each other.
// The rules themselves stand in biome.json, written from here so that the two can't drift.
const SRC = 'packages/toolcrib/src';

export const capabilities = ['guard', 'undo', 'trial', 'toolbox', 'vet', 'advisories', 'drill', 'notify'];

/** Folder → what its sources may not import, with the reason people read. */
interface Rule {
  folder: string;
  notFrom: string[];
  why: string;
}

const upper = ['cli', 'api', 'app'];

export const rules: Rule[] = [
  {
    folder: `${SRC}/model`,
    notFrom: [...upper, ...capabilities, 'journal', 'cluster'],
    why: 'model is pure: it imports kube only.',
  },
  {
    folder: `${SRC}/journal`,
    notFrom: [...upper, ...capabilities, 'cluster'],
    why: 'journal imports model only.',
  },
  {
    folder: `${SRC}/cluster`,
    notFrom: [...upper, ...capabilities, 'journal'],
    why: 'cluster imports model only.',
  },
  ...capabilities.map((folder) => ({
    folder: `${SRC}/${folder}`,
    notFrom: [...upper, ...capabilities.filter((other) => other !== folder), 'journal', 'cluster'],
    why: 'Capabilities import model, and never each other: app puts them together, through the ports of model.',
  })),
  { folder: `${SRC}/app`, notFrom: ['cli'], why: 'app knows no command line.' },
];

const packages = [
  {
    folder: 'packages/kube/src',
    notFrom: ['@toolcrib/sandbox', 'toolcrib', 'node:*'],
    why: 'kube is pure: no I/O, no other package of ours.',
  },
  { folder: 'packages/sandbox/src', notFrom: ['toolcrib'], why: 'The sandbox is published on its own.' },
];

/** Tests may put together what they need. */
export const TESTS = ['**/*.test.ts', '**/*.contract.ts', '**/testing/**'];

/** The `overrides` of biome.json. */
export function overrides() {
  const within = rules.map(({ folder, notFrom, why }) => ({
    folder,
    group: notFrom.flatMap((other) => [
      `**/../${other}/**`,
      `../${other}/**`,
      `../../${other}/**`,
      `../../../${other}/**`,
    ]),
    why,
  }));
  const between = packages.map(({ folder, notFrom, why }) => ({ folder, group: notFrom, why }));
  return [...between, ...within].map(({ folder, group, why }) => ({
    includes: [`${folder}/**/*.ts`, ...TESTS.map((pattern) => `!${pattern}`)],
    linter: {
      rules: {
        style: {
          noRestrictedImports: { level: 'error', options: { patterns: [{ group, message: why }] } },
        },
      },
    },
  }));
}

/** Violations that the check must find: each would be a line of a file in that folder. */
export const planted = [
  { file: `${SRC}/guard/planted.ts`, line: "import { planUndo } from '../undo/index.ts';" },
  { file: `${SRC}/guard/way/planted.ts`, line: "import { openJournal } from '../../journal/index.ts';" },
  { file: `${SRC}/undo/planted.ts`, line: "import { look } from '../guard/radius/index.ts';" },
  { file: `${SRC}/model/planted.ts`, line: "import { openJournal } from '../journal/index.ts';" },
  { file: `${SRC}/journal/planted.ts`, line: "import { startGuard } from '../app/guard-main.ts';" },
  { file: `${SRC}/app/planted.ts`, line: "import { print } from '../cli/terminal.ts';" },
  { file: 'packages/kube/src/planted.ts', line: "import { readFileSync } from 'node:fs';" },
  { file: 'packages/sandbox/src/planted.ts', line: "import { startGuard } from 'toolcrib';" },
];
