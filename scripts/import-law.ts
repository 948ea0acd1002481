// Which way imports may point (docs/architecture.md): kube ◀ sandbox; kube ◀ model ◀ guard, vet ◀ toolcrib. Inside a package
// its folders have floors too. The rules themselves stand in biome.json, written from here so that the two can't drift.
export const GUARD = 'packages/guard/src';
export const TOOLCRIB = 'packages/toolcrib/src';

/** Folder → what its sources may not import, with the reason people read. */
interface Rule {
  folder: string;
  /** Of this file alone: it has a law of its own. */
  only?: string;
  /** Not of these. */
  besides?: string[];
  notFrom: string[];
  /** Nor what compose alone opens: not even the folders that have it; or, where those are needed for their other parts, not by name. */
  notOpened?: 'folders' | 'names';
  /** Nor a server or a thread. */
  noServer?: true;
  why: string;
}

/** The floors of the guard, the ground first; what stands on one floor does not see each other. */
const FLOORS = [
  ['journal', 'cluster', 'notify', 'read', 'lease'],
  ['radius', 'policy'],
  ['look'],
  ['effects'],
  ['decide', 'act', 'hold', 'soften'],
  ['door'],
  ['port'],
  ['way'],
  ['undo'],
];

/** They stand behind ports of model: who puts the guard together brings them. */
const BEHIND_PORTS = ['journal', 'cluster', 'notify'];

/** Where a face is put together with what compose opens. */
const ENTRY = 'main.ts';

/** Where the command line has its openings from. */
const SETUP = 'setup.ts';

/** What compose alone opens, and who opens it. */
const OPENED = ['@toolcrib/guard/journal', '@toolcrib/guard/cluster'];
const OPENERS = 'openJournal|reopeningJournal|connectCluster|openUpstream';
const SERVERS = ['node:http', 'node:https', 'node:http2', 'node:net', 'node:tls', 'node:worker_threads'];
const SERVING = 'createServer|createSecureServer|Worker';

/**
 * A socket for a moment: a witness is what the asker itself holds open, and a port is tried before it is promised. Nobody is
 * served there.
 */
const FOR_A_MOMENT = ['api/witness.ts', 'door-identity.ts'];

export const rules: Rule[] = [
  ...FLOORS.flatMap((floor, at) =>
    floor.map((folder) => ({
      folder: `${GUARD}/${folder}`,
      notFrom: [
        ...new Set([...FLOORS.slice(at).flat(), ...BEHIND_PORTS].filter((other) => other !== folder)),
      ],
      why: 'The guard has floors: what is below knows nothing of what is above, and journal, cluster and notifiers come in through the ports of model.',
    })),
  ),
  ...['laptop', 'cage', 'demo', 'uninstall'].map((folder) => ({
    folder: `${TOOLCRIB}/${folder}`,
    // Laptop is the ground, cage stands on it, and on both the others, which do not see each other.
    notFrom: [
      'faces',
      'compose',
      'operations',
      ...['cage', 'demo', 'uninstall'].filter(
        (other) => other !== folder && !(other === 'cage' && folder !== 'laptop'),
      ),
    ],
    besides: folder === 'laptop' ? FOR_A_MOMENT : [],
    notOpened: 'names' as const,
    noServer: true as const,
    why: 'faces ▶ operations ▶ capabilities; what is put together by compose knows nothing of it.',
  })),
  ...FOR_A_MOMENT.map((only) => ({
    folder: `${TOOLCRIB}/laptop`,
    only,
    notFrom: ['faces', 'compose', 'operations', 'cage', 'demo', 'uninstall'],
    notOpened: 'names' as const,
    why: 'faces ▶ operations ▶ capabilities; what is put together by compose knows nothing of it.',
  })),
  {
    folder: `${TOOLCRIB}/compose`,
    notFrom: ['faces'],
    why: 'What puts the guard together knows no face: those that are a thread are started by their URL.',
  },
  {
    folder: `${TOOLCRIB}/faces/api`,
    besides: [ENTRY],
    notFrom: ['faces/cli', 'cli', 'compose', 'demo'],
    notOpened: 'folders',
    noServer: true,
    why: 'The API is given what it serves: its entry point alone puts it together.',
  },
  {
    folder: `${TOOLCRIB}/faces/api`,
    only: ENTRY,
    notFrom: ['faces/cli', 'cli', 'demo'],
    notOpened: 'folders',
    noServer: true,
    why: 'Faces never import each other.',
  },
  {
    folder: `${TOOLCRIB}/faces/cli`,
    besides: [SETUP],
    notFrom: ['faces/api', 'compose'],
    notOpened: 'folders',
    noServer: true,
    why: 'A face reads arguments, calls an operation and renders its value; compose alone opens what that needs.',
  },
  {
    folder: `${TOOLCRIB}/faces/cli`,
    only: SETUP,
    notFrom: ['faces/api'],
    notOpened: 'folders',
    noServer: true,
    why: 'Faces never import each other, and compose alone opens journals and clusters.',
  },
  {
    folder: `${TOOLCRIB}/operations`,
    notFrom: ['faces', 'compose'],
    notOpened: 'folders',
    noServer: true,
    why: 'An operation is given what it needs, and knows no face.',
  },
];

const ours = (...names: string[]) =>
  names.flatMap((name) => {
    const full = name === 'toolcrib' ? name : `@toolcrib/${name}`;
    return [full, `${full}/**`];
  });

/** What reaches outside of the process. */
const IO = [
  'fs',
  'fs/**',
  'net',
  'http',
  'https',
  'child_process',
  'worker_threads',
  'sqlite',
  'dns',
  'dns/**',
];

const packages: Rule[] = [
  {
    folder: 'packages/kube/src',
    notFrom: [...ours('sandbox', 'model', 'guard', 'vet', 'toolcrib'), 'node:*', 'node:*/**'],
    why: 'kube is pure: no I/O, no other package of ours.',
  },
  {
    folder: 'packages/sandbox/src',
    notFrom: ours('model', 'guard', 'vet', 'toolcrib'),
    why: 'The sandbox is published on its own.',
  },
  {
    folder: 'packages/model/src',
    notFrom: [...ours('sandbox', 'guard', 'vet', 'toolcrib'), ...IO.map((name) => `node:${name}`)],
    why: 'model is pure: it imports kube only.',
  },
  {
    folder: 'packages/guard/src',
    notFrom: ours('sandbox', 'vet', 'toolcrib'),
    why: 'The guard is installed by itself.',
  },
  {
    folder: 'packages/vet/src',
    notFrom: ours('kube', 'sandbox', 'guard', 'toolcrib'),
    why: 'vet knows nothing of Kubernetes, and is installed by itself.',
  },
];

/** Tests may put together what they need. */
export const TESTS = ['**/*.test.ts', '**/*.contract.ts', '**/testing/**'];

/** As Biome has it: of these modules nothing, or nothing of these names. */
interface Pattern {
  group: string[];
  importNamePattern?: string;
  why: string;
}

/** The `overrides` of biome.json: of a file only the last that fits counts, so each says all that holds for its folder. */
export function overrides() {
  const ofPackage = (folder: string) => packages.find((one) => folder.startsWith(`${one.folder}/`));
  const within = rules.map(({ folder, only, besides, notFrom, notOpened, noServer, why }) => {
    const relative = notFrom.flatMap((other) => [
      `**/../${other}/**`,
      `../${other}/**`,
      `../../${other}/**`,
      `../../../${other}/**`,
    ]);
    const group = [...relative, ...(notOpened === 'folders' ? OPENED : [])];
    const around = ofPackage(folder);
    const named = (modules: string[], names: string): Pattern => ({
      group: modules,
      importNamePattern: names,
      why: 'Compose alone opens journals, clusters, sockets and threads.',
    });
    return {
      includes: [`${folder}/${only ?? '**/*.ts'}`, ...(besides ?? []).map((file) => `!${folder}/${file}`)],
      patterns: [
        { group, why },
        ...(around ? [{ group: around.notFrom, why: around.why }] : []),
        ...(notOpened === 'names' ? [named(OPENED, OPENERS)] : []),
        ...(noServer ? [named(SERVERS, SERVING)] : []),
      ] as Pattern[],
    };
  });
  const between = packages.map(({ folder, notFrom, why }) => ({
    includes: [`${folder}/**/*.ts`],
    patterns: [{ group: notFrom, why }] as Pattern[],
  }));
  return [...between, ...within].map(({ includes, patterns }) => ({
    includes: [...includes, ...TESTS.map((pattern) => `!${pattern}`)],
    linter: {
      rules: {
        style: {
          noRestrictedImports: {
            level: 'error',
            options: { patterns: patterns.map(({ why, ...pattern }) => ({ ...pattern, message: why })) },
          },
        },
      },
    },
  }));
}
