import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cpuTime } from '@toolcrib/model/testing/cpu-time.ts';
import { originIn, readConfig } from './config.ts';

test('settings are read with their sections, whatever the case and the white space', () => {
  const text =
    '; mine\n[Core]\n\tbare = true\n[remote "origin"] url = https://example.org/a \n\tPromisor\n[extensions]objectFormat=sha256\n';
  assert.deepEqual(readConfig(text), [
    { section: 'core', subsection: null, name: 'bare', value: 'true' },
    { section: 'remote', subsection: 'origin', name: 'url', value: 'https://example.org/a' },
    { section: 'remote', subsection: 'origin', name: 'promisor', value: null },
    { section: 'extensions', subsection: null, name: 'objectformat', value: 'sha256' },
  ]);
  assert.equal(originIn(readConfig(text)), 'https://example.org/a');
  assert.equal(originIn(readConfig('[remote "other"]\n\turl = x\n')), undefined);
});

test('a megabyte of anything is read at once', () => {
  const started = cpuTime();
  for (const unit of ['\n', ' ', '\r', '[', '[a "', '[extensions]\n', 'a ', '\\"', '\u2028'])
    readConfig(unit.repeat(1_000_000 / unit.length));
  assert.ok(cpuTime() - started < 5_000, `${cpuTime() - started} ms`);
});
