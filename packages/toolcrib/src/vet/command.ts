import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { stringify } from 'yaml';
import { combineVerdicts, ToolcribError, type Verdict } from '../model/index.ts';
import { assess } from './assess.ts';
import { CRITERIA } from './criteria/index.ts';
import { packText, readPack } from './pack/pack.ts';
import { collectAgain } from './pack/recollect.ts';
import type { EvidencePack } from './pack/schema.ts';
import { changesSince } from './pack/since.ts';
import { underOwnPolicy, verifyPack } from './pack/verify.ts';
import { readTrustPolicy } from './policy/default.ts';
import type { TrustPolicy } from './policy/policy.ts';
import { publishChecklist } from './publish/publish.ts';
import { htmlReport } from './report/html.ts';
import { jsonReport, yamlReport } from './report/json.ts';
import { markdownReport } from './report/markdown.ts';
import { markdownChecklist, terminalChecklist } from './report/publish.ts';
import { sarifReport } from './report/sarif.ts';
import {
  type TerminalOptions,
  terminalChanges,
  terminalReport,
  terminalVerification,
} from './report/terminal.ts';
import type { SourceContext } from './sources/source.ts';
import { resolveTarget } from './sources/target.ts';

export const FORMATS = ['table', 'json', 'yaml', 'html', 'markdown', 'sarif'] as const;

/** What the command line was asked for, by the names of its options. */
export interface VetOptions {
  git?: string;
  file: string[];
  policy?: string;
  job?: string;
  output: (typeof FORMATS)[number];
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

export interface VetAnswer {
  text: string;
  /** Absent where nothing was judged. */
  verdict?: Verdict;
  /** Files that were written, for the person and not for the pipe. */
  kept: string[];
}

/** One run of `toolcrib vet`. @throws ToolcribError for what the person got wrong */
export async function runVet(
  what: readonly string[],
  options: VetOptions,
  world: { terminal: TerminalOptions; progress(text: string): void },
): Promise<VetAnswer> {
  refuseFormat(options);
  if (options.criteria) return { text: criteriaText(), kept: [] };
  if (options.verify !== undefined) return verify([...options.verify, ...what], options, world.terminal);
  const context = contextOf(options, world.progress);
  const { policy, path } = await readTrustPolicy(options.policy);
  const old =
    options.since === undefined ? undefined : readPack(await readText(options.since), options.since);
  const specs = what.length === 0 && old !== undefined ? [old.asked.spec] : what;
  const [first] = specs;
  if (first === undefined)
    throw new ToolcribError('usage', 'say what to vet', {
      next: 'for example: toolcrib vet ./k9s   (see toolcrib vet --help)',
    });
  if (specs.length > 1 && (options.git !== undefined || old !== undefined || options.publish))
    throw new ToolcribError('usage', '--git, --since and --publish are for one tool at a time', {
      next: 'vet them one after the other',
    });
  const files = options.file.length > 0 ? options.file : (old?.asked.files ?? []);
  const asked = (spec: string) => ({ spec, git: options.git ?? old?.asked.git, files });
  if (options.publish) return publish(asked(first), policy, context, options, world.terminal);

  const packs: EvidencePack[] = [];
  for (const spec of specs)
    packs.push(await assess(asked(spec), (subject) => policy.resolve(subject, options.job), context));
  const kept = options.save === undefined ? [] : await save(packs, options.save);
  const verdict = combineVerdicts(packs.map((pack) => pack.verdict));
  const now = packs[0];
  const text =
    old !== undefined && now !== undefined
      ? sinceText(old, now, options, world.terminal)
      : report(packs, path, options, world.terminal);
  return { text, verdict, kept };
}

/** What the answers that are no assessment can be written as; any other word would be passed over in silence. */
function refuseFormat({ output, publish, verify, since }: VetOptions): void {
  const [option, formats] = publish
    ? ['--publish', ['table', 'json', 'yaml', 'markdown']]
    : verify !== undefined
      ? ['--verify', ['table', 'json', 'yaml']]
      : since !== undefined
        ? ['--since', ['table', 'json', 'yaml']]
        : ['', FORMATS];
  if (!formats.includes(output))
    throw new ToolcribError('usage', `${option} has no ${output} report`, {
      next: `take one of: ${formats.join(', ')}`,
    });
}

const dataText = (format: 'json' | 'yaml', data: unknown): string =>
  format === 'json'
    ? `${JSON.stringify(data, null, 2)}\n`
    : stringify(data, { aliasDuplicateObjects: false });

async function publish(
  asked: { spec: string; git?: string; files: string[] },
  policy: TrustPolicy,
  context: SourceContext,
  { output, job }: VetOptions,
  terminal: TerminalOptions,
): Promise<VetAnswer> {
  const target = await resolveTarget(asked, context);
  if ('clone' in target || target.git === undefined)
    throw new ToolcribError('usage', '--publish wants a clone on this disk', {
      next: 'toolcrib vet . --publish',
    });
  const items = await publishChecklist(target, policy.resolve(target.subject, job), context);
  const { name } = target.subject;
  const verdict = combineVerdicts(items.map((item) => item.verdict));
  if (output === 'json' || output === 'yaml') return { text: dataText(output, items), verdict, kept: [] };
  const text =
    output === 'markdown' ? markdownChecklist(name, items) : terminalChecklist(name, items, terminal);
  return { text, verdict, kept: [] };
}

function report(
  packs: readonly EvidencePack[],
  policyPath: string,
  options: VetOptions,
  terminal: TerminalOptions,
): string {
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
      return terminalReport(packs, { ...terminal, commands: options.commands });
  }
}

function sinceText(
  old: EvidencePack,
  now: EvidencePack,
  options: VetOptions,
  terminal: TerminalOptions,
): string {
  const changes = changesSince(old, now);
  return options.output === 'json' || options.output === 'yaml'
    ? dataText(options.output, { since: old.assessedAt, verdict: now.verdict, changes })
    : terminalChanges(now.subject.name, old.assessedAt, changes, terminal);
}

async function verify(
  paths: readonly string[],
  options: VetOptions,
  terminal: TerminalOptions,
): Promise<VetAnswer> {
  const { policy } = await readTrustPolicy(options.policy);
  const texts: string[] = [];
  const verdicts: Verdict[] = [];
  const reports: unknown[] = [];
  for (const path of paths) {
    const verification = await verifyPack(await readText(path), path, (pack) =>
      collectAgain(pack, { git: options.git, network: options.offline !== true, registry: options.registry }),
    );
    const { pack, ...rest } = verification;
    const ownPolicy = underOwnPolicy(pack, policy.resolve(pack.subject, options.job));
    // A pack that does not hold decides for itself; one that holds counts as what it says, as what you demand, and as
    // what of it was seen again: a pass that only the pack itself speaks for is not known.
    const seen = verification.unread.length === 0 ? [] : (['unknown'] as const);
    verdicts.push(verification.holds ? combineVerdicts([pack.verdict, ownPolicy.verdict, ...seen]) : 'fail');
    texts.push(terminalVerification(path, { ...verification, ownPolicy }, terminal));
    reports.push({ path, verdict: pack.verdict, ownPolicy, ...rest });
  }
  const { output } = options;
  const text = output === 'json' || output === 'yaml' ? dataText(output, reports) : texts.join('');
  return { text, verdict: combineVerdicts(verdicts), kept: [] };
}

async function save(packs: readonly EvidencePack[], to: string | true): Promise<string[]> {
  const isFile = typeof to === 'string' && to.endsWith('.json') && packs.length === 1;
  const kept: string[] = [];
  for (const pack of packs) {
    const name = [pack.subject.name, pack.subject.version].filter((part) => part !== undefined).join('-');
    // A name from a repository or registry must not lead out of the folder.
    const plain = name.replace(/[^\w.@+-]+/g, '-').replace(/^[.-]+/, '') || 'tool';
    const folder = to === true ? 'evidence' : to;
    // Two tools, or two clones of one, may have the same name: neither's evidence may overwrite the other's.
    const path = isFile
      ? to
      : ['', ...packs.map((_, index) => `-${index + 2}`)]
          .map((suffix) => join(folder, `${plain}${suffix}.pack.json`))
          .find((free) => !kept.includes(free));
    if (path === undefined) continue;
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, packText(pack));
    kept.push(path);
  }
  return kept;
}

async function readText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause) => {
    throw new ToolcribError('not-found', `${path} can't be read: ${(cause as Error).message}`, {
      next: 'name an evidence pack, as --save writes it',
      cause,
    });
  });
}

function contextOf({ at, registry }: VetOptions, progress: (text: string) => void): SourceContext {
  // `Date.parse` takes much for a date that is none: "5" is in May 2001.
  const fixed =
    at === undefined ? undefined : /^\d{4}-\d{2}-\d{2}(T.*)?$/.test(at) ? Date.parse(at) : Number.NaN;
  if (fixed !== undefined && !(fixed <= Date.now()))
    throw new ToolcribError('usage', `--at ${at} is no date of the past`, { next: 'say it as 2026-08-21' });
  return { now: () => fixed ?? Date.now(), ...(registry === undefined ? {} : { registry }), progress };
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
