// npm run binary: the single executable for this machine, or for all platforms that can be made here.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { makeExecutables } from './binary/make.ts';
import { PLATFORMS, type Platform, thisPlatform } from './binary/nodes.ts';

const { values } = parseArgs({
  options: { all: { type: 'boolean', default: false }, out: { type: 'string', default: 'release' } },
});
const platforms = values.all ? PLATFORMS : [thisPlatform()];
const target = (platform: Platform) => join(values.out, `toolcrib-${platform}`);
await makeExecutables(platforms, target, join('node_modules', '.cache', 'nodes'));
for (const platform of platforms)
  console.log(`${target(platform)}  ${(statSync(target(platform)).size / 1e6).toFixed(0)} MB`);
