import { ToolcribError } from '@toolcrib/model/errors';
import type { PacksInput, PublishInput, ToolsInput } from '@toolcrib/vet';

export const FORMATS = ['table', 'json', 'yaml', 'html', 'markdown', 'sarif'] as const;
type Format = (typeof FORMATS)[number];

/** The options of `toolcrib vet`, as commander gives them. */
export interface VetOptions {
  git?: string;
  file?: string[];
  policy?: string;
  job?: string;
  output: Format;
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
  /** Days; as typed. */
  maxAge?: string;
  sbomDiff?: string[];
}

/** What is asked for. */
export type Asked =
  | { for: 'criteria' }
  | { for: 'packs'; input: PacksInput }
  | { for: 'publish'; input: PublishInput }
  | { for: 'tools'; input: ToolsInput };

/** What else `vet` can be asked for than a verdict; each alone. */
const MODES = {
  '--criteria': 'criteria',
  '--verify': 'verify',
  '--publish': 'publish',
  '--since': 'since',
  '--sbom-diff': 'sbomDiff',
} as const satisfies Record<string, keyof VetOptions>;

/**
 * Two things asked for at once: one of them would be left out in silence.
 * @throws ToolcribError `usage`
 */
export function refuseTwoModes(options: VetOptions): void {
  const asked = Object.entries(MODES).flatMap(([name, key]) => (options[key] === undefined ? [] : [name]));
  if (asked.length > 1)
    throw new ToolcribError('usage', `${asked.join(' and ')} are asked for one at a time`, {
      next: 'ask one after the other',
    });
  const [mode] = asked;
  if (mode !== undefined && mode !== '--since' && options.save !== undefined)
    throw new ToolcribError('usage', `--save keeps the evidence of what is vetted; ${mode} has none`, {
      next: `leave one of them out`,
    });
}

/** What was typed, as a value. @throws ToolcribError `usage` */
export function askedBy(what: readonly string[], options: VetOptions): Asked {
  refuseFormat(options);
  if (options.criteria) return { for: 'criteria' };
  const { git, file: files, policy, job, registry } = options;
  const common = { git, files, policy, job, registry };
  if (options.verify !== undefined) {
    const packs = [...options.verify, ...what];
    return {
      for: 'packs',
      input: { ...common, packs, maxAgeDays: daysOf(options), offline: options.offline },
    };
  }
  // Passed over in silence, an older pack would do, and the network would be asked all the same.
  for (const [option, value] of Object.entries({ '--max-age': options.maxAge, '--offline': options.offline }))
    if (value !== undefined)
      throw new ToolcribError('usage', `${option} needs --verify`, {
        next: 'for example: toolcrib vet --verify evidence/k9s-0.51.0.pack.json',
      });
  const at = timeOf(options);
  const [spec] = what;
  if (spec === undefined && options.since === undefined)
    throw new ToolcribError('usage', 'say what to vet', {
      next: 'for example: toolcrib vet ./k9s   (see toolcrib vet --help)',
    });
  if (what.length > 1 && (git !== undefined || options.since !== undefined || options.publish))
    throw new ToolcribError('usage', '--git, --since and --publish are for one tool at a time', {
      next: 'vet them one after the other',
    });
  if (options.publish) return { for: 'publish', input: { ...common, at, spec: spec ?? '.' } };
  const keepIn = options.save === true ? 'evidence' : options.save;
  return { for: 'tools', input: { ...common, specs: [...what], at, since: options.since, keepIn } };
}

/** What the answers that are no assessment can be written as; any other word would be passed over in silence. */
function refuseFormat({ output, publish, verify, since }: VetOptions): void {
  const [option, formats]: [string, readonly Format[]] = publish
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

function timeOf({ at }: VetOptions): number | undefined {
  if (at === undefined) return undefined;
  // `Date.parse` takes much for a date that is none: "5" is in May 2001.
  const fixed = /^\d{4}-\d{2}-\d{2}(T.*)?$/.test(at) ? Date.parse(at) : Number.NaN;
  if (!(fixed <= Date.now()))
    throw new ToolcribError('usage', `--at ${at} is no date of the past`, { next: 'say it as 2026-08-21' });
  return fixed;
}

function daysOf({ maxAge }: VetOptions): number | undefined {
  if (maxAge === undefined) return undefined;
  if (!/^\d{1,5}$/.test(maxAge))
    throw new ToolcribError('usage', `--max-age ${maxAge} is no number of days`, {
      next: 'for example --max-age 30',
    });
  return Number(maxAge);
}
