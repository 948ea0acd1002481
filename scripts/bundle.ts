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
import { isBuiltin } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { parse } from 'acorn';
import { type Plugin, rolldown } from 'rolldown';

/** What is started as a process or a thread, by its path under `src/`. */
const ENTRIES = [
  'faces/cli/main',
  'faces/api/main',
  'compose/guard-main',
  'compose/guard-worker',
  'compose/errand-worker',
];
/** Looked for by a library of ours, which does without them. */
const TRIED_FOR = ['libxmljs2', 'xmlbuilder2'];
/** Reads schemas from beside its own files. */
const READS_BESIDE_ITSELF = ['@cyclonedx/cyclonedx-library'];
/** What git and the copies of the tree leave out: `packages/toolcrib/bundle-…`. */
const NAME = 'bundle-';

const OURS = /^packages\/[^/]+\/src\//;
/** So long (ms) a bundle of other sources stays: somebody may still run from it. */
const KEPT = 24 * 3_600_000;

/** A file of a bundle: its path in the folder, and what is in it. */
export interface Bundled {
  name: string;
  text: string | Uint8Array;
  /** The files that it was made of; absolute. */
  from: string[];
}

export interface Shape {
  /** Entries besides, by their path under `src/`. */
  more?: readonly string[];
  /** As modules that Node loads from files, or as those that the single executable's own loader runs. */
  form?: 'esm' | 'cjs';
  /** Packages besides that stay what they are, and are found where Node finds packages. */
  external?: readonly (string | RegExp)[];
  /** Where a source of another package of ours stands, seen from the bundle's folder; `source` seen from `packages/`. */
  placeOf?: (source: string) => string;
}

/**
 * @param root of the tree
 * @returns the files: each entry is there under its own path, with `.js`
 */
export async function bundled(
  root: string,
  { more = [], form = 'esm', external = [], placeOf = (source) => `../../${source}` }: Shape = {},
): Promise<Bundled[]> {
  const own = join(root, 'packages', 'toolcrib');
  const entries = [...ENTRIES, ...more].map((entry) => join(own, 'src', `${entry}.ts`));
  const inFiles = form === 'esm';
  const built = await rolldown({
    input: entries,
    platform: 'node',
    resolve: { conditionNames: ['toolcrib-source', 'node', 'import'] },
    external: [/^node:/, ...(inFiles ? READS_BESIDE_ITSELF : TRIED_FOR), ...external],
    plugins: [...(inFiles ? [nodesOwn()] : [carried()]), requiredLate(root), whereItWas(root, placeOf)],
    logLevel: 'warn',
    // Nothing of ours does anything by being imported, but the programs themselves: what of an index is not used is not loaded.
    treeshake: { moduleSideEffects: (id) => !OURS.test(relative(root, id)) || entries.includes(id) },
  });
  const { output } = await built.generate({
    format: form,
    // The single executable's loader has `require` and nothing else: an `import()` in its parts fails once it is reached.
    dynamicImportInCjs: inFiles,
    entryFileNames: ({ facadeModuleId }) =>
      relative(join(own, 'src'), facadeModuleId ?? '').replace(/\.ts$/, '.js'),
    chunkFileNames: 'chunks/[name]-[hash].js',
    banner: ({ fileName }) => {
      const up = JSON.stringify(`${relative(dirname(fileName), '.') || '.'}/`);
      return `const __bundle = new URL(${up}, ${inFiles ? 'import.meta.url' : "'file://' + __filename"}).href;`;
    },
  });
  await built.close();
  return output.map((one) => ({
    name: one.fileName,
    text: one.type === 'chunk' ? one.code : one.source,
    from: one.type === 'chunk' ? one.moduleIds : [],
  }));
}

/**
 * Several may ask at once, of one tree: each state of the sources has a folder of its own, which is there whole or not at all.
 * @param root of the tree
 * @param more entries besides, by their path under `src/`
 * @returns the folder: each entry is there under its own path, with `.js`
 */
export async function bundle(root: string, more: readonly string[] = []): Promise<string> {
  const own = join(root, 'packages', 'toolcrib');
  const files = await bundled(root, { more });
  const state = createHash('sha256');
  for (const { name, text } of files) state.update(`${name}\n`).update(text);
  const folder = join(own, `${NAME}${state.digest('hex').slice(0, 12)}`);
  if (!existsSync(folder)) writeWhole(folder, files);
  else utimesSync(folder, new Date(), new Date());
  removeOld(own);
  return folder;
}

function writeWhole(folder: string, files: readonly Bundled[]): void {
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
 * Node's own modules, without what `import` adds to them: it reads every property, and behind some of them much is loaded
 * that nobody asked for (of `node:http` a whole `fetch`, of `node:tls` the parsed root certificates). In every thread.
 */
function nodesOwn(): Plugin {
  return {
    name: 'nodes-own',
    renderChunk(code) {
      let text = code;
      // From the last on: the places of those before stay as they are.
      for (const { start, end, source, specifiers } of importsOf(code).reverse()) {
        if (!isBuiltin(source.value)) continue;
        const own = `process.getBuiltinModule(${JSON.stringify(source.value)})`;
        const names = specifiers.filter(({ imported }) => imported !== undefined);
        const taken = specifiers
          .filter(({ imported }) => imported === undefined)
          .map(({ local }) => `const ${local.name} = ${own};`);
        if (names.length > 0)
          taken.push(
            `const { ${names.map(({ imported, local }) => `${imported?.name}: ${local.name}`).join(', ')} } = ${own};`,
          );
        text = text.slice(0, start) + taken.join(' ') + text.slice(end);
      }
      return text;
    },
  };
}

/** An import of a module, as acorn has it (ESTree). */
interface Import {
  type: string;
  start: number;
  end: number;
  source: { value: string };
  /** Without `imported`: the default, or all of it. */
  specifiers: { imported?: { name: string }; local: { name: string } }[];
}

function importsOf(code: string): Import[] {
  const { body } = parse(code, { ecmaVersion: 'latest', sourceType: 'module' });
  return (body as unknown as Import[]).filter(({ type }) => type === 'ImportDeclaration');
}

/**
 * What a source of ours requires only when it needs it is taken into the bundle as well, and still runs only then: Node would
 * look for the hundred files of a package in every thread otherwise.
 */
function requiredLate(root: string): Plugin {
  const own = 'const require = createRequire(import.meta.url);';
  return {
    name: 'required-late',
    // Without a `require` of the file's own, its `require('…')` is the bundler's.
    transform: (code, id) =>
      OURS.test(relative(root, id)) && code.includes(own) ? code.replace(own, '') : null,
  };
}

/**
 * A source that asks where it stands is told where it would stand: `src/laptop/version.ts` of toolcrib is
 * `bundle-…/laptop/version.js`, as deep in the package as before; a source of another package stays where it is.
 */
function whereItWas(root: string, placeOf: NonNullable<Shape['placeOf']>): Plugin {
  return {
    name: 'where-it-was',
    transform(code, id) {
      const path = relative(join(root, 'packages'), id);
      if (!/^[^/.]+\/src\//.test(path) || !code.includes('import.meta.')) return null;
      const place = path.startsWith('toolcrib/src/')
        ? path.replace('toolcrib/src/', '').replace(/\.ts$/, '.js')
        : placeOf(path);
      const url = `new URL(${JSON.stringify(place)}, __bundle)`;
      const folder = `new URL(${JSON.stringify(dirname(place))}, __bundle)`;
      return code
        .replaceAll('import.meta.url', `${url}.href`)
        .replaceAll('import.meta.dirname', `decodeURIComponent(${folder}.pathname)`);
    },
  };
}

/** What reads schemas from beside its own files has them from what the single executable carries. */
function carried(): Plugin {
  const own = 'const promises_1 = require("node:fs/promises");';
  return {
    name: 'carried',
    transform(code, id) {
      if (!/@cyclonedx\/cyclonedx-library\/.*\/ajv\.js$/.test(id)) return null;
      if (!code.includes(own)) throw new Error(`${id} reads its schemas otherwise than it did`);
      return code.replace(
        own,
        'const promises_1 = { readFile: async (path) => process.getBuiltinModule("node:sea").getAsset("cyclonedx/" + path.split("/").pop(), "utf8") };',
      );
    },
  };
}
