#!/usr/bin/env node
// JavaScript on purpose, and plain: it must still run where Node is too old for the rest.
const { node } = process.versions;
if (Number(node.split('.')[0]) < 24) {
  process.stderr.write(`toolcrib needs Node 24 or later; this is Node ${node}.\n`);
  process.exitCode = 2;
} else {
  import('../dist/cli/main.js').catch((error) => {
    process.stderr.write(`toolcrib could not be loaded: ${error.stack}\n`);
    process.exitCode = 3;
  });
}
