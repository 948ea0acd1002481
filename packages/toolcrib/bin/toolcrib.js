#!/usr/bin/env node
// JavaScript on purpose, and plain: it must still run where Node is too old for the rest.
const { node } = process.versions;
const [major, minor] = node.split('.').map(Number);
if (major < 24 || (major === 24 && minor < 15)) {
  process.stderr.write(`toolcrib needs Node 24.15 or later; this is Node ${node}.\n`);
  process.exitCode = 2;
} else {
  import('../dist/faces/cli/main.js').catch(async (error) => {
    const missing = error.code === 'ERR_MODULE_NOT_FOUND' ? await whatIsMissing() : undefined;
    process.stderr.write(missing ?? `toolcrib could not be loaded: ${error.stack}\n`);
    process.exitCode = missing === undefined ? 3 : 2;
  });
}

/** One sentence where this very program is not there: only a clone has the sources it is built from. Looked at only then. */
async function whatIsMissing() {
  const { existsSync } = await import('node:fs');
  const isThere = (path) => existsSync(new URL(path, import.meta.url));
  if (isThere('../dist/faces/cli/main.js')) return undefined;
  return isThere('../src')
    ? 'toolcrib is not built in this clone: run "npm run build" there first, or, without a build, "npm run toolcrib -- --help".\n'
    : 'toolcrib is not installed whole (its folder "dist" is missing): install it again.\n';
}
