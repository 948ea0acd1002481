#!/usr/bin/env node
// JavaScript on purpose, and old JavaScript: this file must still run where Node is too old for the rest.
var major = Number(process.versions.node.split('.')[0]);
if (major < 24) {
  process.stderr.write('toolcrib needs Node 24 or later; this is Node ' + process.versions.node + '.\n');
  process.exitCode = 2;
} else {
  import('../dist/cli/main.js').catch(function (error) {
    process.stderr.write('toolcrib could not be loaded: ' + (error && error.stack ? error.stack : error) + '\n');
    process.exitCode = 3;
  });
}
