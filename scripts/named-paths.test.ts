import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { pathFaults } from './named-paths.ts';

const root = mkdtempSync(join(tmpdir(), 'toolcrib-paths-'));
after(() => rmSync(root, { recursive: true }));

/** What is found in a page of a repository with one source, `a/src/here.ts`. */
function found(text: string): string[] {
  const at = mkdtempSync(join(root, 'one-'));
  execFileSync('git', ['init', '--quiet', at]);
  for (const [file, content] of Object.entries({ 'a/src/here.ts': '', 'docs/page.md': text })) {
    mkdirSync(dirname(join(at, file)), { recursive: true });
    writeFileSync(join(at, file), content);
  }
  const lines = pathFaults(at)?.split('\n') ?? [];
  return lines.map((line) => /^docs\/page\.md names (\S+), which is not there$/.exec(line)?.[1] ?? line);
}

test('what is there is named by its path, or by the end of it, with or without src', () => {
  const named =
    '`a/src/here.ts`, `src/here.ts`, `a/here.ts`, `here.ts`, `./here.ts`, `a/src/`, `a/src`, `a/`';
  assert.deepEqual(found(`${named} and [it](../a/src/here.ts#L1), [this](page.md), [below](#below)`), []);
});

test('what is not there is found, whether it is a file or a folder, in backticks or a link', () => {
  assert.deepEqual(found('`a/src/gone.ts` and `gone.ts`'), ['a/src/gone.ts', 'gone.ts']);
  assert.deepEqual(found('`a/gone/`, `a/gone`, `src/gone`'), ['a/gone/', 'a/gone', 'src/gone']);
  assert.deepEqual(found('[It](gone.md), [here](../a/src/here.js)'), ['gone.md', '../a/src/here.js']);
});

test('what names any, or is somebody else’s, is not looked for', () => {
  const others =
    '`apps/v1`, `owner/name`, `kubectl get`, `guard.yaml`, `shop/one.yaml`, `~/.kube/config`, `https://x/y.md`';
  assert.deepEqual(
    found(`\`a/NAME.ts\`, \`x.test.ts\`, ${others}, [there](https://x/y), [mail](mailto:a@b)`),
    [],
  );
});
