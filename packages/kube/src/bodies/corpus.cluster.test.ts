import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { decodeBody } from './decode-body.ts';

// Kubernetes' own corpus: every kind as JSON and as protobuf. It needs Go and the module proxy.
// No request body: it travels in watches only, and its envelope names no kind.
const NOT_A_BODY = 'core.v1.WatchEvent.pb';

function corpus(): string {
  const answer = execFileSync('go', ['mod', 'download', '-json', 'k8s.io/api@v0.35.4'], {
    encoding: 'utf8',
    cwd: '/',
  });
  return join((JSON.parse(answer) as { Dir: string }).Dir, 'testdata');
}

/** Sorted, and without the nulls that Go writes for empty lists. */
function normal(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(normal);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, item]) => item !== null);
  return Object.fromEntries(
    entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => [key, normal(item)]),
  );
}

test('every kind of the published corpus reads the same in protobuf as in JSON', () => {
  const folder = join(corpus(), 'HEAD');
  const files = globSync('*.pb', { cwd: folder }).filter((file) => file !== NOT_A_BODY);
  assert.ok(files.length > 150, `only ${files.length} files`);
  for (const file of files) {
    const decoded = decodeBody('application/vnd.kubernetes.protobuf', readFileSync(join(folder, file)));
    const json = JSON.parse(readFileSync(join(folder, file.replace('.pb', '.json')), 'utf8'));
    assert.deepEqual(normal(decoded), normal(json), file);
  }
});
