// What the single executable runs first, and each of its threads: it loads the program's parts out of what the executable
// carries. A script, and no module: it imports nothing.
(() => {
  const { getAsset, getRawAsset } = process.getBuiltinModule('node:sea');
  const { Script } = process.getBuiltinModule('node:vm');
  const { isBuiltin } = process.getBuiltinModule('node:module');
  const { posix } = process.getBuiltinModule('node:path');

  /** Where the parts seem to lie, in stack traces. There is no such folder, and nothing is read there. */
  const ROOT = '/toolcrib/';
  const loaded = new Map<string, { exports: unknown }>();

  function load(name: string): unknown {
    const known = loaded.get(name);
    if (known) return known.exports;
    const module = { exports: {} };
    loaded.set(name, module);
    const cache = getRawAsset(`${name}.cache`);
    const script = new Script(getAsset(name, 'utf8'), {
      filename: ROOT + name,
      // Of the very Node that this is; of another it is not taken, and compiled anew.
      cachedData: cache.byteLength > 0 ? new Uint8Array(cache as ArrayBuffer) : undefined,
    });
    const folder = posix.dirname(name);
    script.runInThisContext()(
      module.exports,
      (id: string) => required(id, folder),
      module,
      ROOT + name,
      ROOT + folder,
    );
    return module.exports;
  }

  function required(id: string, folder: string): unknown {
    if (isBuiltin(id)) return process.getBuiltinModule(id);
    if (id.startsWith('.')) return load(posix.join(folder, id));
    // Data of a package, by a name that is put together as the program runs.
    if (id.endsWith('.json')) return JSON.parse(getAsset(`modules/${id}`, 'utf8'));
    throw Object.assign(new Error(`the single executable does not carry ${id}`), {
      code: 'MODULE_NOT_FOUND',
    });
  }

  const { ENTRY } = globalThis as { ENTRY?: string };
  load(ENTRY ?? (process.argv[2] === 'guard-main' ? 'compose/guard-main.js' : 'faces/cli/main.js'));
})();
