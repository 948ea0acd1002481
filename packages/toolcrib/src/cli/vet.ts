import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Command, Option } from 'commander';
import { combineVerdicts, ToolcribError, type Verdict } from '../model/index.ts';
import {
  assess,
  CRITERIA,
  changesSince,
  collectAgain,
  type EvidencePack,
  htmlReport,
  jsonReport,
  markdownChecklist,
  markdownReport,
  packText,
  publishChecklist,
  readPack,
  readTrustPolicy,
  resolveTarget,
  type SourceContext,
  sarifReport,
  terminalChanges,
  terminalChecklist,
  terminalReport,
  terminalVerification,
  verifyPack,
  yamlReport,
} from '../vet/index.ts';

const FORMATS = ['table', 'json', 'yaml', 'html', 'markdown', 'sarif'] as const;

interface Options {
  git?: string;
  file: string[];
  policy?: string;
  job?: string;
  output: (typeof FORMATS)[number];
  out?: string;
  save?: string | true;
  verify?: string[];
  since?: string;
  publish?: true;
  criteria?: true;
  commands?: true;
  at?: string;
  registry?: string;
  offline?: true;
}

const HELP = `
What to vet:
  ./path/to/clone              a clone, as it stands; "." for your own tool
  git:URL-or-path@TAG          a version of it; a URL is cloned, never checked out
  npm:@bufbuild/buf@1.50       a package of the npm registry
  pkg:github/derailed/k9s@0.51.0 --git ./k9s

Examples:
  toolcrib vet git:./k9s@v0.51.0 --job cluster-dashboard --save
  toolcrib vet git:./k9s@v0.51.0 git:./headlamp@v0.36.0      side by side
  toolcrib vet ./k9s --file osv/ --file scorecard.json -o html --out k9s.html
  toolcrib vet --verify evidence/k9s-0.51.0.pack.json
  toolcrib vet --since evidence/k9s-0.50.9.pack.json git:./k9s@v0.51.0
  toolcrib vet . --publish

Exit codes: 0 pass, 1 fail, 2 wrong usage or bad input, 3 unknown decides (unknown never passes).
Nothing of a vetted tool is ever executed. docs/vet.md explains every criterion.`;

/** @returns the command, so that others can hang subcommands on it */
export function registerVet(program: Command): Command {
  const repeated = (value: string, all: string[]) => [...all, value];
  return program
    .command('vet')
    .summary('evidence before adoption')
    .description('Judge tools by evidence that a second person can check again: pass, fail or unknown.')
    .argument('[what...]', 'what to vet; several are compared side by side')
    .option('--git <dir>', 'a clone of the tool that is named by its purl or package')
    .option('-f, --file <path>', 'OSV, Scorecard, deps.dev or SBOM data; may be repeated', repeated, [])
    .option('--policy <file>', 'what is demanded (default: policies/trust.yaml)')
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
    .option('--offline', 'with --verify: do not ask the network')
    .option('--publish', 'list what your own tool lacks before it can be open source')
    .option('--criteria', 'list the criteria with their definitions, thresholds and sources')
    .addHelpText('after', HELP)
    .action(run);
}

async function run(what: string[], options: Options): Promise<void> {
  if (options.criteria) return emit(criteriaText(), options);
  if (options.verify !== undefined) return verify([...options.verify, ...what], options);
  const context = contextOf(options);
  const { policy, path } = await readTrustPolicy(options.policy);
  const old =
    options.since === undefined ? undefined : readPack(await readText(options.since), options.since);
  const specs = what.length === 0 && old !== undefined ? [old.asked.spec] : what;
  if (specs.length === 0)
    throw new ToolcribError('usage', 'say what to vet', {
      next: 'for example: toolcrib vet ./k9s  (see toolcrib vet --help)',
    });
  if (specs.length > 1 && (options.git !== undefined || old !== undefined || options.publish))
    throw new ToolcribError('usage', '--git, --since and --publish are for one tool at a time');
  const asked = (spec: string) => ({
    spec,
    git: options.git ?? old?.asked.git,
    files: options.file.length > 0 ? options.file : (old?.asked.files ?? []),
  });

  if (options.publish) {
    const target = await resolveTarget(asked(specs[0] ?? '.'), context);
    if ('clone' in target || target.git === undefined)
      throw new ToolcribError('usage', '--publish wants a clone on this disk', {
        next: 'toolcrib vet . --publish',
      });
    const items = await publishChecklist(target, policy.resolve(target.subject, options.job), context);
    context.done();
    const { name } = target.subject;
    const text =
      options.output === 'json'
        ? `${JSON.stringify(items, null, 2)}\n`
        : options.output === 'markdown'
          ? markdownChecklist(name, items)
          : terminalChecklist(name, items, terminal(options));
    return finish(text, combineVerdicts(items.map(({ verdict }) => verdict)), options);
  }

  const packs: EvidencePack[] = [];
  for (const spec of specs)
    packs.push(await assess(asked(spec), (subject) => policy.resolve(subject, options.job), context));
  context.done();
  if (options.save !== undefined) await save(packs, options.save);
  const verdict = combineVerdicts(packs.map((pack) => pack.verdict));
  const [first] = packs;
  if (old !== undefined && first !== undefined)
    return finish(sinceText(old, first, options), verdict, options);
  return finish(report(packs, path, options), verdict, options);
}

function report(packs: readonly EvidencePack[], policyPath: string, options: Options): string {
  switch (options.output) {
    case 'json':
      return jsonReport(packs);
    case 'yaml':
      return yamlReport(packs);
    case 'html':
      return htmlReport(packs);
    case 'markdown':
      return markdownReport(packs);
    case 'sarif':
      return sarifReport(packs, policyPath);
    case 'table':
      return terminalReport(packs, { ...terminal(options), commands: options.commands });
  }
}

function sinceText(old: EvidencePack, now: EvidencePack, options: Options): string {
  const changes = changesSince(old, now);
  return options.output === 'json'
    ? `${JSON.stringify({ since: old.assessedAt, verdict: now.verdict, changes }, null, 2)}\n`
    : terminalChanges(now.subject.name, old.assessedAt, changes, terminal(options));
}

async function verify(paths: readonly string[], options: Options): Promise<void> {
  const texts: string[] = [];
  const verdicts: Verdict[] = [];
  const reports: unknown[] = [];
  for (const path of paths) {
    const verification = await verifyPack(await readText(path), path, (pack) =>
      collectAgain(pack, { git: options.git, network: options.offline !== true, registry: options.registry }),
    );
    const { pack, ...rest } = verification;
    // A pack that does not hold decides for itself; one that holds counts as what it says.
    verdicts.push(verification.holds ? pack.verdict : 'fail');
    texts.push(terminalVerification(path, verification, terminal(options)));
    reports.push({ path, verdict: pack.verdict, ...rest });
  }
  return finish(
    options.output === 'json' ? `${JSON.stringify(reports, null, 2)}\n` : texts.join(''),
    combineVerdicts(verdicts),
    options,
  );
}

const EXIT: Record<Verdict, number> = { pass: 0, fail: 1, unknown: 3 };

async function finish(text: string, verdict: Verdict, options: Options): Promise<void> {
  await emit(text, options);
  process.exitCode = EXIT[verdict];
}

async function emit(text: string, { out }: Options): Promise<void> {
  if (out === undefined) process.stdout.write(text);
  else await writeFile(out, text);
}

async function save(packs: readonly EvidencePack[], to: string | true): Promise<void> {
  const isFile = typeof to === 'string' && to.endsWith('.json') && packs.length === 1;
  for (const pack of packs) {
    const name = [pack.subject.name, pack.subject.version].filter((part) => part !== undefined).join('-');
    // A name from a repository or registry must not lead out of the folder.
    const file = `${name.replace(/[^\w.@+-]+/g, '-').replace(/^[.-]+/, '')}.pack.json`;
    const path = isFile ? to : join(to === true ? 'evidence' : to, file);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, packText(pack));
    process.stderr.write(`evidence kept in ${path}\n`);
  }
}

async function readText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause) => {
    throw new ToolcribError('not-found', `${path} can't be read: ${(cause as Error).message}`, { cause });
  });
}

/** Says what is going on only where somebody looks, and only when it takes more than a second. */
function contextOf(options: Options): SourceContext & { done(): void } {
  const fixed = options.at === undefined ? undefined : Date.parse(options.at);
  if (fixed !== undefined && !(fixed <= Date.now()))
    throw new ToolcribError('usage', `--at ${options.at} is no date of the past`, {
      next: 'say it as 2026-08-21',
    });
  const started = Date.now();
  const live = process.stderr.isTTY === true;
  return {
    now: () => fixed ?? Date.now(),
    ...(options.registry === undefined ? {} : { registry: options.registry }),
    progress: (text) => {
      if (live && Date.now() - started > 1000)
        process.stderr.write(`\r\x1b[2K${text.slice(0, (process.stderr.columns ?? 80) - 1)}`);
    },
    done: () => {
      if (live) process.stderr.write('\r\x1b[2K');
    },
  };
}

function terminal({ out }: Options): { width: number; color: boolean } {
  const { stdout } = process;
  const color = out === undefined && stdout.isTTY === true && stdout.hasColors();
  return { width: Math.min(stdout.columns ?? 100, 120), color };
}

function criteriaText(): string {
  const blocks = CRITERIA.map(({ id, title, definition, source, threshold }) =>
    [
      `${id}: ${title}`,
      `  ${definition}`,
      `  threshold ${JSON.stringify(threshold.parse({}))}`,
      `  ${source.title}`,
      `  ${source.url}`,
    ].join('\n'),
  );
  return `${blocks.join('\n\n')}\n`;
}
