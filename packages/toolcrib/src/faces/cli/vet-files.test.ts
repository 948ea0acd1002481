import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { after, test } from 'node:test';
import { mustBeTwoFiles, mustBeWritable, writeReport } from './vet-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'tc-vet-files-'));
after(() => rmSync(folder, { recursive: true }));
writeFileSync(join(folder, 'file'), '');
writeFileSync(join(folder, 'file.json'), '');
mkdirSync(join(folder, 'sub'));
mkdirSync(join(folder, 'sub.json'));

test('where a report or evidence can go, and where not and why', () => {
  const table: ['--out' | '--save', string, RegExp | undefined, tools?: number][] = [
    ['--out', '', /^--out "": it is empty/],
    ['--save', '', /^--save "": it is empty/],
    ['--out', 'sub', /that is a folder/],
    ['--out', 'none/report', /there is no such folder/],
    ['--out', 'file/report', /there is no such folder/],
    ['--out', 'report', undefined],
    ['--out', 'file', undefined],
    ['--save', 'file', /a file is in its place/],
    ['--save', 'file/below', /file is a file/],
    ['--save', 'file/below/deep', /file is a file/],
    ['--save', 'sub', undefined],
    ['--save', 'none/deep', undefined],
    ['--save', 'none/one.json', undefined],
    ['--save', 'file.json', undefined],
    ['--save', 'sub.json', /a folder is in its place/],
    ['--out', 'sub.json', /that is a folder/],
    ['--save', 'sub.json', undefined, 2],
    ['--save', 'file.json', /a file is in its place/, 2],
  ];
  for (const [option, name, why, tools] of table) {
    const check = () => mustBeWritable(option, name === '' ? '' : join(folder, name), tools);
    if (why === undefined) check();
    else
      assert.throws(check, (error: { code?: string; message?: string }) => {
        assert.deepEqual(
          [error.code, why.test(error.message ?? '')],
          ['usage', true],
          `${name}: ${error.message}`,
        );
        return true;
      });
  }
});

test('a report is written, or given elsewhere with the reason: it is never lost', async () => {
  const instead = new PassThrough();
  await writeReport(join(folder, 'report'), 'all of it', instead);
  assert.equal(readFileSync(join(folder, 'report'), 'utf8'), 'all of it');
  assert.equal(instead.read(), null);
  await assert.rejects(writeReport(join(folder, 'sub'), 'all of it', instead), {
    code: 'bad-file',
    message: /EISDIR/,
  });
  assert.equal(String(instead.read()), 'all of it');
});

test('a report and its evidence have a file each, however they are named', () => {
  const [one, same, other] = ['a.json', './sub/../a.json', 'b.json'].map((name) => `${folder}/${name}`);
  assert.ok(one && same && other);
  assert.throws(() => mustBeTwoFiles(one, same), { code: 'usage', message: /the same file/ });
  mustBeTwoFiles(one, other);
});
