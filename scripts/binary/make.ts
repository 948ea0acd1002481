// One executable for one platform: Node, the program's parts, and what they read. Node's own builder puts them together
// (https://nodejs.org/api/single-executable-applications.html).
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Script } from 'node:vm';
import { rolldown } from 'rolldown';
import { type Bundled, bundled } from '../bundle.ts';
import { packageData, shippedFiles } from './carried.ts';
import { nodeFor, type Platform, thisPlatform } from './nodes.ts';
import { recorded, recording } from './warm.ts';

const root = join(import.meta.dirname, '..', '..');

/** What V8 made of each part when the program ran: by the part's name. */
type Caches = ReadonlyMap<string, Uint8Array>;

/**
 * Makes the executables. Of the platform that this runs on the parts are carried compiled as well, as they were after the
 * program had done what people do with it; another platform's are compiled when they are first used.
 * @param target where each goes
 * @param cache a folder where fetched Nodes stay
 */
export async function makeExecutables(
  platforms: readonly Platform[],
  target: (platform: Platform) => string,
  cache: string,
): Promise<void> {
  const work = mkdtempSync(join(tmpdir(), 'toolcrib-executable-'));
  try {
    const parts = wrapped(await bundled(root, { form: 'cjs' }));
    const loader = await loaderScript();
    let caches: Caches = new Map();
    if (platforms.includes(thisPlatform())) {
      const trial = join(work, 'trial');
      const compiled = join(work, 'compiled');
      assemble(thisPlatform(), trial, parts, new Map(), recording(loader, compiled), cache, work);
      caches = await recorded(trial, compiled);
      allTaken(parts, caches);
    }
    for (const platform of platforms) {
      const own = platform === thisPlatform() ? caches : new Map<string, Uint8Array>();
      assemble(platform, target(platform), parts, own, loader, cache, work);
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** As a script that is given what a module sees. */
function wrapped(files: readonly Bundled[]): Bundled[] {
  return files.map(({ name, text, from }) => ({
    name,
    from,
    text: `(function (exports, require, module, __filename, __dirname) {${text}\n})`,
  }));
}

/** @throws Error where this very Node would not take what was recorded: the executable would compile all of it anew, unseen */
function allTaken(parts: readonly Bundled[], caches: Caches): void {
  for (const [name, cachedData] of caches) {
    const text = String(parts.find((part) => part.name === name)?.text);
    if (new Script(text, { filename: `/toolcrib/${name}`, cachedData }).cachedDataRejected)
      throw new Error(`what was compiled of ${name} is not taken`);
  }
  if (!caches.has('faces/cli/main.js')) throw new Error('nothing was recorded of the command line');
}

/** As a script: it is run as one by the executable, and by each of its threads. */
async function loaderScript(): Promise<string> {
  const built = await rolldown({ input: join(import.meta.dirname, 'loader.ts'), platform: 'node' });
  const { output } = await built.generate({ format: 'iife' });
  await built.close();
  return output[0].code;
}

function assemble(
  platform: Platform,
  output: string,
  parts: readonly Bundled[],
  caches: Caches,
  main: string,
  cache: string,
  work: string,
): void {
  const folder = mkdtempSync(join(work, 'parts-'));
  const assets: Record<string, string> = {};
  const put = (name: string, content: string | Uint8Array) => {
    const file = join(folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    assets[name] = file;
  };
  for (const { name, text } of parts) {
    put(name, text);
    put(`${name}.cache`, caches.get(name) ?? new Uint8Array());
  }
  put('loader.js', main);
  Object.assign(assets, shippedFiles(root), packageData(createRequire(import.meta.url)));
  const config = join(folder, 'executable.json');
  const settings = {
    main: assets['loader.js'],
    output,
    executable: nodeFor(platform, cache),
    disableExperimentalSEAWarning: true,
    // NODE_OPTIONS is for a person's own Node programs. What else Node itself reads (NODE_DEBUG and its kin) it reads here too.
    execArgvExtension: 'none',
    assets,
  };
  writeFileSync(config, JSON.stringify(settings));
  mkdirSync(dirname(output), { recursive: true });
  execFileSync(nodeFor(thisPlatform(), cache), ['--build-sea', config], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  rmSync(folder, { recursive: true });
}
