// Each command that our pages print is run as it is printed, or it is said and looked at why not. Needs curl, git, xz-utils.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { storyIn, unproved } from './proved.ts';

const root = join(import.meta.dirname, '../..');
const MAIN = join(root, 'packages/toolcrib/src/faces/cli/main.ts');

test('every printed command is run from this clone, or is proved elsewhere', async () => {
  const ran = await storyIn([process.execPath, '--conditions=toolcrib-source', '--no-warnings', MAIN], root);
  assert.deepEqual(await unproved(ran, root), []);
});
