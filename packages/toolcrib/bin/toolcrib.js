#!/usr/bin/env node
// JavaScript on purpose, and plain: it must still run where Node is too old for the rest.
const { node } = process.versions;
const [major, minor] = node.split('.').map(Number);
if (major < 24 || (major === 24 && minor < 15)) {
  process.stderr.write(`toolcrib needs Node 24.15 or later; this is Node ${node}.\n`);
  process.exitCode = 2;
} else {
  import('../dist/faces/cli/main.js').catch((error) => {
    process.stderr.write(`toolcrib could not be loaded: ${error.stack}\n`);
    process.exitCode = 3;
  });
}
