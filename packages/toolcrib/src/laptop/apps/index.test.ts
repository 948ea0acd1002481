import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, it, test } from 'node:test';
import { desktop } from '../doctor/desktop.ts';
import { pathsOf } from '../paths.ts';
import type { Place } from './app.ts';
import { entryPath, removeEntry, writeEntry } from './desktop-entry.ts';
import { apps } from './index.ts';

const root = mkdtempSync(join(tmpdir(), 'toolcrib-apps-'));
after(() => rmSync(root, { recursive: true }));

function aPlace(platform: NodeJS.Platform = 'linux') {
  const home = mkdtempSync(join(root, 'home-'));
  const place: Place = { home, platform, env: {} };
  const paths = pathsOf({ TOOLCRIB_HOME: join(home, 'state') });
  const write = (path: string, text: string) => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  };
  const doctor = async () => (await desktop.look({ ...place, paths })).map(({ state }) => state);
  return { home, place, paths, write, doctor };
}

test('each has a name of its own', () => {
  const names = apps.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
});

for (const app of apps) {
  describe(app.name, () => {
    it('says where its settings are, how it is called, and from where that is known', () => {
      for (const platform of ['linux', 'darwin'] as const) {
        const { place, home } = aPlace(platform);
        assert.ok(app.settings(place).startsWith(`${home}/`), platform);
      }
      assert.ok(app.programs.length > 0 && app.source.length > 10 && /^[a-z0-9]+$/.test(app.name));
    });

    it('is not spoken of where it was never used; used and untouched it is no all-clear', async () => {
      const { place, write, doctor } = aPlace();
      assert.deepEqual(await doctor(), ['guarded']);
      const settings = app.settings(place);
      if (app.clusters === 'list') write(settings, '{"preferences":{}}');
      else mkdirSync(settings, { recursive: true });
      assert.deepEqual(await doctor(), app.name === 'k9s' ? ['guarded'] : ['finding']);
    });

    it('has a menu entry that starts it through the guard, and is taken away; nobody else’s is', () => {
      const { place, write } = aPlace();
      const path = writeEntry(app, place, ['/path with space/node', '/x/toolcrib']);
      assert.match(
        readFileSync(path, 'utf8'),
        new RegExp(`^Exec="/path with space/node" /x/toolcrib app ${app.name}$`, 'm'),
      );
      assert.ok(removeEntry(app, place));
      assert.equal(existsSync(path), false);
      write(entryPath(app, place), '[Desktop Entry]\n');
      assert.equal(removeEntry(app, place), false);
    });
  });
}
