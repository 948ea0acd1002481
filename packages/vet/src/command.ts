import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { combineVerdicts, ToolcribError, type Verdict } from '@toolcrib/model';
import { assess } from './assess.ts';
import { CRITERIA } from './criteria/index.ts';
import { packText, readPack } from './pack/pack.ts';
import type { EvidencePack } from './pack/schema.ts';
import { changesSince } from './pack/since.ts';
import { policyReader } from './policy/default.ts';
import { inForce } from './policy/policy.ts';
import type { ResolvedPolicy } from './policy/resolved.ts';
import { standsIn } from './policy/stands-in.ts';
import { publishChecklist } from './publish/publish.ts';
import { htmlReport } from './report/html.ts';
import { dataText, jsonReport, yamlReport } from './report/json.ts';
import { markdownReport } from './report/markdown.ts';
import { markdownChecklist, terminalChecklist } from './report/publish.ts';
import { sarifReport } from './report/sarif.ts';
import { type TerminalOptions, terminalChanges, terminalReport } from './report/terminal.ts';
import type { SourceContext, Target } from './sources/source.ts';
import { type Asked, resolveTarget } from './sources/target.ts';
import { readText, verifyPacks } from './verify-packs.ts';

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
  /** Days; as typed. */
  maxAge?: string;
}

export interface VetAnswer {
  text: string;
  /** Absent where nothing was judged. */
  verdict?: Verdict;
  /** Files that were written, for the person and not for the pipe. */
  kept: string[];
  /** Lines for the person: what was done in another way than might be expected. */
  notes?: string[];
}

/** One run of `toolcrib vet`. @throws ToolcribError for what the person got wrong */
export async function runVet(
  what: readonly string[],
  options: VetOptions,
  world: { terminal: TerminalOptions; progress(text: string): void },
): Promise<VetAnswer> {
  refuseFormat(options);
  if (options.criteria) return { text: criteriaText(), kept: [] };
  if (options.verify !== undefined)
    return { ...(await verifyPacks([...options.verify, ...what], options, world.terminal)), kept: [] };
  const context = contextOf(options, world.progress);
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
  const notes = new Set<string>();
  const policyFor = policyChooser(options, notes);
  if (options.publish) return publish(asked(first), policyFor, context, options, world.terminal, notes);

  const packs: EvidencePack[] = [];
  for (const spec of specs) packs.push(await assess(asked(spec), (_, target) => policyFor(target), context));
  const kept = options.save === undefined ? [] : await save(packs, options.save);
  const verdict = combineVerdicts(packs.map((pack) => pack.verdict));
  const now = packs[0];
  const text =
    old !== undefined && now !== undefined
      ? sinceText(old, now, options, world.terminal)
      : report(packs, options, world.terminal);
  return { text, verdict, kept, notes: [...notes] };
}

/**
 * The policy for each tool, without the exceptions that have ended. The one of this folder counts for all but those
 * that live here.
 *
 * @param notes is told what was passed over
 */
function policyChooser(
  { policy: named, job }: VetOptions,
  notes: Set<string>,
): (target: Target) => Promise<ResolvedPolicy> {
  const read = policyReader(named);
  return async ({ subject, git }) => {
    const own = named === undefined && (await standsIn({ subject, dir: git?.dir }));
    const { policy, passedOver, path } = await read(own);
    if (passedOver !== undefined)
      notes.add(
        `${passedOver} of this folder belongs to ${subject.name}, which is looked at: judged by ${path} instead (--policy ${passedOver} takes it all the same)`,
      );
    return inForce(policy.resolve(subject, job), Date.now());
  };
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

async function publish(
  asked: Asked,
  policyFor: (target: Target) => Promise<ResolvedPolicy>,
  context: SourceContext,
  { output }: VetOptions,
  terminal: TerminalOptions,
  noted: Set<string>,
): Promise<VetAnswer> {
  const target = await resolveTarget(asked, context);
  if ('clone' in target || target.git === undefined)
    throw new ToolcribError('usage', '--publish wants a clone on this disk', {
      next: 'toolcrib vet . --publish',
    });
  const policy = await policyFor(target);
  const items = await publishChecklist(target, policy, context);
  const notes = [...noted];
  const { name } = target.subject;
  const verdict = combineVerdicts(items.map((item) => item.verdict));
  if (output === 'json' || output === 'yaml')
    return { text: dataText(output, items), verdict, kept: [], notes };
  const text =
    output === 'markdown'
      ? markdownChecklist(name, items, policy)
      : terminalChecklist(name, items, terminal, policy);
  return { text, verdict, kept: [], notes };
}

function report(packs: readonly EvidencePack[], options: VetOptions, terminal: TerminalOptions): string {
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
      return sarifReport(packs, packs[0]?.policy.source?.path ?? 'policies/trust.yaml');
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
