import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readGiven } from '../../given/given.ts';
import { makeRepository, NOW } from '../../testing/repository.ts';
import { subjectOf } from '../target.ts';
import { gitSource } from './source.ts';

const context = { now: () => NOW, signal: AbortSignal.timeout(20_000) };
const collect = (dir: string) =>
  gitSource.collect(
    { spec: dir, subject: subjectOf(dir, undefined, undefined), git: { dir }, files: [] },
    context,
  );

for (const place of ['refs/tags/v1.0.0', 'refs/heads/x/y', 'objects/ab/pipe', 'objects/pack/pack-1.idx'])
  test(`a pipe in a repository keeps nobody waiting: ${place}`, async () => {
    const { dir, remove } = makeRepository([
      { author: 'A <a@example.org>', at: NOW / 1000, files: { x: 'x' } },
    ]);
    try {
      mkdirSync(join(dir, place, '..'), { recursive: true });
      execFileSync('mkfifo', [join(dir, place)]);
      await assert.rejects(collect(dir), { code: 'bad-file', message: /pipe, socket or device/ });
      rmSync(join(dir, place));
      execFileSync('mkfifo', [join(dir, 'elsewhere')]);
      symlinkSync(join(dir, 'elsewhere'), join(dir, place));
      await assert.rejects(collect(dir), { code: 'bad-file', message: /pipe, socket or device/ });
      rmSync(join(dir, place));
      for (const file of ['packed-refs', 'shallow', 'config', 'HEAD']) {
        rmSync(join(dir, file), { force: true });
        execFileSync('mkfifo', [join(dir, file)]);
      }
      await collect(dir);
    } finally {
      remove();
    }
  });

test('a pipe that is given as a file is one clear error', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'toolcrib-pipe-'));
  try {
    execFileSync('mkfifo', [join(folder, 'osv.json')]);
    await assert.rejects(readGiven(join(folder, 'osv.json'), {}), {
      code: 'bad-file',
      message: /not a regular file/,
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
