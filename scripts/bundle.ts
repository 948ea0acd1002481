// The programs as few files: Node reads, resolves and links some four hundred modules at each start otherwise, which is more
// than half of what a command costs. Made by Rolldown from the sources; what is loaded late stays a file of its own.
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { type Plugin, rolldown } from 'rolldown';

/** What is started as a process or a thread, by its path under `src/`. */
const ENTRIES = [
  'faces/cli/main',
  'faces/api/main',
  'compose/guard-main',
  'compose/guard-worker',
  'compose/errand-worker',
];
/** Loaded where an OIDC user is met; its own way of loading does not survive being moved. */
const AS_INSTALLED = ['@kubernetes/client-node'];
/** What git and the copies of the tree leave out: `packages/toolcrib/bundle-…`. */
const NAME = 'bundle-';

const OURS = /^packages\/[^/]+\/src\//;
/** So long (ms) a bundle of other sources stays: somebody may still run from it. */
const KEPT = 24 * 3_600_000;

/**
 * Several may ask at once, of one tree: each state of the sources has a folder of its own, which is there whole or not at all.
 * @param root of the tree
 * @param more entries besides, by their path under `src/`
 * @returns the folder: each entry is there under its own path, with `.js`
 */
export async function bundle(root: string, more: readonly string[] = []): Promise<string> {
  const own = join(root, 'packages', 'toolcrib');
  const entries = [...ENTRIES, ...more].map((entry) => join(own, 'src', `${entry}.ts`));
  const built = await rolldown({
    input: entries,
    platform: 'node',
    resolve: { conditionNames: ['toolcrib-source', 'node', 'import'] },
    external: [/^node:/, ...AS_INSTALLED],
    plugins: [whereItWas(root)],
    logLevel: 'warn',
    // Nothing of ours does anything by being imported, but the programs themselves: what of an index is not used is not loaded.
    treeshake: { moduleSideEffects: (id) => !OURS.test(relative(root, id)) || entries.includes(id) },
  });
  const { output } = await built.generate({
    entryFileNames: ({ facadeModuleId }) =>
      relative(join(own, 'src'), facadeModuleId ?? '').replace(/\.ts$/, '.js'),
    chunkFileNames: 'chunks/[name]-[hash].js',
    banner: ({ fileName }) =>
      `const __bundle = new URL(${JSON.stringify(`${relative(dirname(fileName), '.') || '.'}/`)}, import.meta.url).href;`,
  });
  await built.close();
  const files = output.map((one) => ({
    name: one.fileName,
    text: one.type === 'chunk' ? one.code : one.source,
  }));
  const state = createHash('sha256');
  for (const { name, text } of files) state.update(`${name}\n`).update(text);
  const folder = join(own, `${NAME}${state.digest('hex').slice(0, 12)}`);
  if (!existsSync(folder)) writeWhole(folder, files);
  else utimesSync(folder, new Date(), new Date());
  removeOld(own);
  return folder;
}

function writeWhole(folder: string, files: { name: string; text: string | Uint8Array }[]): void {
  const part = mkdtempSync(`${folder}-`);
  for (const { name, text } of files) {
    mkdirSync(dirname(join(part, name)), { recursive: true });
    writeFileSync(join(part, name), text);
  }
  try {
    renameSync(part, folder);
  } catch (error) {
    rmSync(part, { recursive: true });
    // Somebody else was faster.
    if (!existsSync(folder)) throw error;
  }
}

function removeOld(own: string): void {
  for (const name of readdirSync(own)) {
    const path = join(own, name);
    if (
      name.startsWith(NAME) &&
      Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now()) > KEPT
    )
      rmSync(path, { recursive: true, force: true });
  }
}

/**
 * A source that asks where it stands is told where it would stand: `src/laptop/version.ts` of toolcrib is
 * `bundle-…/laptop/version.js`, as deep in the package as before; a source of another package stays where it is.
 */
function whereItWas(root: string): Plugin {
  return {
    name: 'where-it-was',
    transform(code, id) {
      const path = relative(join(root, 'packages'), id);
      if (!/^[^/.]+\/src\//.test(path) || !code.includes('import.meta.')) return null;
      const place = path.startsWith('toolcrib/src/')
        ? path.replace('toolcrib/src/', '').replace(/\.ts$/, '.js')
        : `../../${path}`;
      const url = `new URL(${JSON.stringify(place)}, __bundle)`;
      const folder = `new URL(${JSON.stringify(dirname(place))}, __bundle)`;
      return code
        .replaceAll('import.meta.url', `${url}.href`)
        .replaceAll('import.meta.dirname', `decodeURIComponent(${folder}.pathname)`);
    },
  };
}
