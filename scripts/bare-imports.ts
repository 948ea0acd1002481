// A module of ours that is imported for what it does by that, and not for what it gives, is dropped by a bundler that takes
// packages at their word, and nobody sees who needs it. Programs and workers do what they do by being started.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

/** `import './x.ts';` or `import '@toolcrib/x';`, at the beginning of a line. */
const BARE = /^import ['"](?:\.|@toolcrib\/)[^'"]*['"]/m;
const TEST = /\.(test|contract)\.ts$|\/testing\//;

export function isBare(text: string): boolean {
  return BARE.test(text);
}

/** What is wrong, as text; undefined where there is nothing. */
export function bareImports(): string | undefined {
  const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '--', 'packages/*/src'], {
    encoding: 'utf8',
  });
  const faults = listed
    .split('\n')
    .filter((file) => file.endsWith('.ts') && !TEST.test(file) && existsSync(file))
    .filter((file) => isBare(readFileSync(file, 'utf8')))
    .map((file) => `${file}: imports one of ours only for what that does; let it give a value`);
  return faults.length === 0 ? undefined : faults.join('\n');
}

/** The same of planted lines: undefined where each is told apart. */
export function plantedBareImports(): string | undefined {
  const wrong = [
    ...["import './conversions.ts';", "const a = 1;\nimport '@toolcrib/guard/journal';"].filter(
      (line) => !isBare(line),
    ),
    ...[
      "import 'reflect-metadata';",
      "import { a } from './a.ts';",
      "import type { A } from './a.ts';",
    ].filter(isBare),
  ];
  return wrong.length === 0 ? undefined : `told wrong: ${wrong.join(' | ')}`;
}
