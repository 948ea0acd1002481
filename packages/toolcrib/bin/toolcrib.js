#!/usr/bin/env node
// JavaScript on purpose, and plain: it must still run where Node is too old for the rest.
const { node } = process.versions;
const [major, minor] = node.split('.').map(Number);
if (major < 24 || (major === 24 && minor < 15)) {
  fail(2, `toolcrib needs Node 24.15 or later; this is Node ${node}.\n`);
} else {
  const whole = import('../dist/faces/cli/main.js').then(({ done }) => done);
  whole.catch(async (error) => {
    const missing = error.code === 'ERR_MODULE_NOT_FOUND' ? await whatIsMissing() : undefined;
    if (missing === undefined) fail(3, `toolcrib could not be loaded: ${error.stack}\n`);
    else fail(2, missing);
  });
}

/** As the program itself fails: `run` gives its command's codes back, and an `eval` of what `on` did not print must fail too. */
function fail(code, text) {
  const [asked, ...args] = process.argv.slice(2);
  // As `faces/cli/for-shell.ts` has it.
  let format;
  for (let at = 0; at < args.length; at++) {
    if (args[at] === '--shell') at++;
    else if (args[at] === '-o' || args[at] === '--output') format = args[++at];
    else format = /^(?:-o|--output=)(.+)$/s.exec(args[at])?.[1] ?? format;
  }
  const isForShell = ['on', 'off', 'completion'].includes(asked) && format !== 'json' && format !== 'yaml';
  process.stderr.write(text);
  process.exitCode = asked === 'run' ? 125 : code;
  if (isForShell && !process.stdout.isTTY) process.stdout.write(`sh -c 'exit ${code}'\n`);
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
