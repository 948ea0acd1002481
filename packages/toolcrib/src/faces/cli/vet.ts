import { existsSync } from 'node:fs';
import { nearest, ToolcribError, type Verdict } from '@toolcrib/model';
import type { PassedOver } from '@toolcrib/vet';
import { visible } from '@toolcrib/vet/report/escape';
import { type Command, Option } from 'commander';
import { type Explanation, explained } from './help.ts';
import { call } from './setup.ts';
import { say } from './terminal.ts';
import { mustBeTwoFiles, mustBeWritable, writeReport } from './vet-files.ts';
import { askedBy, FORMATS, refuseTwoModes, type VetOptions } from './vet-input.ts';
import type { Terminal } from './vet-report.ts';
import { printSbomDiff, registerVetSbom } from './vet-sbom.ts';
import { registerVetTrust } from './vet-trust.ts';
import { registerVetVerify } from './vet-verify.ts';

const EXPLANATION: Explanation = {
  notes: [
    `What to vet:
  ./path/to/clone         a clone, as it stands; "." for your own tool
  git:URL-or-path@TAG     a version of it; a URL is cloned, never checked out
  npm:@bufbuild/buf@1.50  a package of the npm registry
  pkg:TYPE/NAME@VERSION   what --git DIR is a clone of`,
    'Nothing of a vetted tool is ever executed. docs/vet.md explains every criterion.',
  ],
  examples: [
    ['toolcrib vet ./k9s', 'a clone, as it stands'],
    ['toolcrib vet git:./k9s@v0.51.0 --job cluster-dashboard --save', 'a version; the evidence is kept'],
    ['toolcrib vet git:./k9s@v0.51.0 git:./headlamp@v0.36.0', 'side by side'],
    ['toolcrib vet pkg:github/derailed/k9s@0.51.0 --git ./k9s', 'named by its purl'],
    ['toolcrib vet ./k9s --file osv/ --file scorecard.json -o html --out k9s.html', 'with more data'],
    ['toolcrib vet --verify evidence/k9s-0.51.0.pack.json', 'a second person checks the same again'],
    ['toolcrib vet --since evidence/k9s-0.50.9.pack.json git:./k9s@v0.51.0', 'what changed since'],
    ['toolcrib vet . --publish', 'what your own tool lacks'],
  ],
  exits: {
    0: 'pass',
    1: 'fail',
    2: 'wrong usage or bad input',
    3: 'unknown decides (unknown never passes)',
  },
};

/** @returns the command, so that others can hang subcommands on it */
export function registerVet(program: Command): Command {
  const repeated = (value: string, all: string[] = []) => [...all, value];
  const vet = explained(program.command('vet'), EXPLANATION)
    .description('Judge tools by evidence that a second person can check again: pass, fail or unknown.')
    .argument('[what...]', 'what to vet; several are compared side by side')
    .option('--git <dir>', 'a clone of the tool that is named by its purl or package')
    .option(
      '-f, --file <path>',
      'OSV, Scorecard, deps.dev or SBOM data, or a release file; may be repeated',
      repeated,
    )
    .option(
      '--policy <file>',
      'what is demanded (default: policies/trust.yaml here, unless it comes with what is vetted; else toolcrib’s own)',
    )
    .option('--job <name>', 'the job the tool is for; it decides how much is demanded')
    .addOption(new Option('-o, --output <format>', 'how to report').choices(FORMATS).default('table'))
    .option('--out <file>', 'write the report to a file')
    .option('--save [path]', 'write the evidence pack to a file or folder (default: evidence/)')
    .option('--commands', 'also print the git commands that give the same figures')
    .option('--at <date>', 'judge as of a date (YYYY-MM-DD); of the past only what the sources still hold')
    .option('--registry <url>', 'npm registry (default: the one your npm uses)')
    .option('--since <pack>', 'say what changed since an evidence pack')
    .option(
      '--verify <pack...>',
      'check evidence packs: compute every verdict again, read every source again',
    )
    .option('--max-age <days>', 'with --verify: a pack that is older is unknown')
    .option('--offline', 'with --verify: do not ask the network')
    .option('--publish', 'list what your own tool lacks before it can be open source')
    .option('--sbom-diff <files...>', 'what changed between the SBOMs of two versions (two files)')
    .option('--criteria', 'list the criteria with their definitions, thresholds and sources')
    .action(run);
  registerVetVerify(vet);
  registerVetTrust(vet);
  registerVetSbom(vet);
  return vet;
}

const EXIT: Record<Verdict, number> = { pass: 0, fail: 1, unknown: 3 };

/** `vet verfy FILE`: what names no tool, and is nearly one of the commands below `vet`. */
function refuseMistyped([word]: readonly string[]): void {
  if (word === undefined || !/^[a-z-]+$/.test(word) || existsSync(word)) return;
  const [near] = nearest(word, ['verify', 'trust', 'sbom', 'sbom-diff']);
  if (near === undefined) return;
  throw new ToolcribError('usage', `"${word}" is no folder and names no tool`, {
    next: `Did you mean toolcrib vet ${near}?`,
  });
}

/** What is printed, and what decides the exit code. */
interface Told {
  text: string;
  /** Absent where nothing was judged. */
  verdict?: Verdict;
  /** Files that were written, for the person and not for the pipe. */
  kept?: string[];
  passedOver?: PassedOver[];
}

async function run(what: string[], options: VetOptions): Promise<void> {
  refuseTwoModes(options);
  refuseMistyped(what);
  if (options.sbomDiff !== undefined) return printSbomDiff([...options.sbomDiff, ...what]);
  if (options.out !== undefined) mustBeWritable('--out', options.out);
  if (typeof options.save === 'string') mustBeWritable('--save', options.save, what.length);
  if (options.out !== undefined && typeof options.save === 'string')
    mustBeTwoFiles(options.out, options.save);
  const { stdout } = process;
  const color = options.out === undefined && stdout.isTTY === true && stdout.hasColors();
  const line = progressLine();
  try {
    const terminal = { width: Math.min(stdout.columns || 100, 120), color };
    const { text, verdict, kept = [], passedOver = [] } = await tell(what, options, terminal, line.show);
    line.clear();
    if (passedOver.length > 0) {
      const { passedOverText } = await import('./vet-report.ts');
      for (const one of passedOver) say(`note: ${visible(passedOverText(one))}`);
    }
    for (const path of kept) say(`evidence kept in ${path}`);
    if (options.out === undefined) stdout.write(text);
    else await writeReport(options.out, text, stdout);
    if (verdict !== undefined) process.exitCode = EXIT[verdict];
  } catch (error) {
    // Errors quote names of repositories and what remote servers said; those must not act on the terminal either.
    if (!(error instanceof ToolcribError)) throw error;
    const plain = (text: string) => text.split('\n').map(visible).join('\n');
    const next = error.next === undefined ? {} : { next: plain(error.next) };
    throw new ToolcribError(error.code, plain(error.message), { ...next, cause: error });
  } finally {
    line.clear();
  }
}

async function tell(
  what: readonly string[],
  options: VetOptions,
  terminal: Terminal,
  progress: (text: string) => void,
): Promise<Told> {
  const asked = askedBy(what, options);
  // Reports, licence texts and parsers are loaded when they are used: `--help` need not wait for them.
  const report = () => import('./vet-report.ts');
  switch (asked.for) {
    case 'criteria': {
      const { criteria } = await import('../../operations/criteria.ts');
      const all = await call(criteria, {});
      return { text: (await report()).criteriaText(all) };
    }
    case 'packs': {
      const { vetPacks } = await import('../../operations/vet-packs.ts');
      const found = await call(vetPacks, asked.input);
      return { ...found, text: (await report()).verifiedText(found, options, terminal) };
    }
    case 'publish': {
      const { vetPublish } = await import('../../operations/vet-publish.ts');
      const found = await call(vetPublish, asked.input, ({ doing }) => progress(doing));
      return { ...found, text: (await report()).checklistText(found, options, terminal) };
    }
    case 'tools': {
      const { vet } = await import('../../operations/vet.ts');
      const found = await call(vet, asked.input, ({ doing }) => progress(doing));
      return { ...found, text: (await report()).vettedText(found, options, terminal) };
    }
  }
}

/** Says what is going on, only where somebody looks, and only when it takes more than a second. */
function progressLine(): { show(text: string): void; clear(): void } {
  const started = Date.now();
  let shown = false;
  return {
    show(text) {
      if (process.stderr.isTTY !== true || Date.now() - started < 1000) return;
      shown = true;
      process.stderr.write(`\r\x1b[2K${text.slice(0, (process.stderr.columns || 80) - 1)}`);
    },
    clear() {
      if (shown) process.stderr.write('\r\x1b[2K');
      shown = false;
    },
  };
}
