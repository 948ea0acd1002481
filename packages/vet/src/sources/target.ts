import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { messageOf, ToolcribError } from '@toolcrib/model';
import { PackageURL } from 'packageurl-js';
import type { Subject } from '../facts/evidence.ts';
import { readPackument } from './npm/registry.ts';
import { resolveVersion } from './npm/source.ts';
import type { SourceContext, Target } from './source.ts';

export interface Asked {
  spec: string;
  /** A clone for a tool that was named by its purl. */
  git?: string;
  files: string[];
}

/** A target, or a repository that must be cloned first. */
export type Resolved = Target | { clone: { url: string; revision?: string }; asked: Asked };

/**
 * Understands what the person typed: a folder, `git:URL-or-path@TAG`, `npm:NAME@VERSION` or a purl.
 *
 * @throws ToolcribError `usage`, `not-found`
 */
export async function resolveTarget(asked: Asked, context: SourceContext): Promise<Resolved> {
  const { spec, files } = asked;
  if (spec.startsWith('npm:')) return npmTarget(asked, splitVersion(spec.slice(4)), context);
  if (spec.startsWith('pkg:')) return purlTarget(asked, context);
  const git = spec.startsWith('git:') ? spec.slice(4) : spec;
  const { name: place, version: revision } =
    existsSync(git) || !spec.startsWith('git:') ? { name: git, version: undefined } : splitVersion(git);
  if (isUrl(place)) return { clone: { url: place, ...(revision === undefined ? {} : { revision }) }, asked };
  if (!existsSync(place))
    throw new ToolcribError('usage', `"${withoutSecrets(spec)}" is no folder and names no tool`, {
      next: 'say ./path/to/clone, git:URL-or-path@TAG, npm:NAME@VERSION or pkg:TYPE/NAME@VERSION --git DIR',
    });
  const subject = subjectOf(place, undefined, revision);
  return { spec, subject, git: { dir: place, ...(revision === undefined ? {} : { revision }) }, files };
}

/** What a revision is called as a version: `v1.2.3` and `name@1.2.3` are 1.2.3. */
export function versionOf(revision: string): string {
  // Only where a run of digits begins, or a long one would be tried from each of its digits.
  return /(?<!\d)\d+\.\d+.*$/.exec(revision)?.[0] ?? revision;
}

/**
 * A folder is named after itself: its configuration claims an origin, and exceptions and pinned signers that are kept
 * for that tool would then be lent to whoever wrote the folder.
 *
 * @param url the address that the person gave; absent for a folder. Only its form is read
 */
export function subjectOf(place: string, url: string | undefined, revision: string | undefined): Subject {
  const version = revision === undefined ? {} : { version: versionOf(revision) };
  const github = /^(?:https:\/\/|ssh:\/\/git@|git@)github\.com[/:]([\w.-]+)\/([\w.-]+?)(?:\.git)?\/?$/.exec(
    url ?? '',
  );
  if (github?.[1] !== undefined && github[2] !== undefined)
    return {
      purl: purlOf('github', github[1].toLowerCase(), github[2].toLowerCase()),
      name: github[2],
      ...version,
    };
  const name = basename(resolve(place)).replace(/\.git$/, '') || 'repository';
  return { purl: purlOf('generic', undefined, name), name, ...version };
}

/** `name@version`; an `@` that begins a scope or stands in an address before a host is no separator. */
function splitVersion(text: string): { name: string; version?: string } {
  const at = text.lastIndexOf('@');
  const authority = /^\w+:\/\/[^/]*/.exec(text)?.[0].length ?? 0;
  const isSeparator =
    at > authority && at > text.lastIndexOf(':') && (text.startsWith('@') ? at > text.indexOf('/') : true);
  const folder = isSeparator ? firstExisting(text) : undefined;
  if (folder !== undefined) return { name: folder, version: text.slice(folder.length + 1) };
  return isSeparator ? { name: text.slice(0, at), version: text.slice(at + 1) } : { name: text };
}

/** A tag may hold `@` and `/` (`@scope/name@1.2.3`): the longest folder before an `@` wins. */
function firstExisting(text: string): string | undefined {
  for (let at = text.lastIndexOf('@'); at > 0; at = text.lastIndexOf('@', at - 1))
    if (/^[./~\w]/.test(text) && text.includes('/') && existsSync(join(text.slice(0, at), '.')))
      return text.slice(0, at);
  return undefined;
}

async function npmTarget(
  asked: Asked,
  { name, version }: { name: string; version?: string },
  context: SourceContext,
): Promise<Target> {
  if (!/^(@[\w.~-]+\/)?[\w.~-]+$/.test(name))
    throw new ToolcribError('usage', `"${name}" is no name of an npm package`, {
      next: 'say npm:NAME@VERSION',
    });
  const [namespace, base] = name.startsWith('@') ? name.split('/') : [undefined, name];
  const chosen = await chooseVersion(name, version, context);
  const subject = {
    purl: purlOf('npm', namespace, base ?? name),
    name,
    ...(chosen === undefined ? {} : { version: chosen }),
  };
  const git = asked.git === undefined ? {} : { git: { dir: asked.git } };
  return {
    spec: asked.spec,
    subject,
    npm: { name, ...(chosen === undefined ? {} : { version: chosen }) },
    ...git,
    files: asked.files,
  };
}

/** A registry that can't be reached leaves the version as it was said; the source then reports the hole. */
async function chooseVersion(
  name: string,
  version: string | undefined,
  context: SourceContext,
): Promise<string | undefined> {
  try {
    return resolveVersion((await readPackument(name, context)).packument, version);
  } catch (error) {
    if (
      error instanceof ToolcribError &&
      ['unreachable', 'not-understood', 'limit', 'bad-file'].includes(error.code)
    )
      return version;
    throw error;
  }
}

async function purlTarget(asked: Asked, context: SourceContext): Promise<Target> {
  let purl: PackageURL;
  try {
    purl = PackageURL.fromString(asked.spec);
  } catch (cause) {
    throw new ToolcribError('usage', `"${asked.spec}" is no package URL: ${messageOf(cause)}`, {
      next: 'it looks like pkg:github/derailed/k9s@0.51.0',
      cause,
    });
  }
  const version = purl.version ?? undefined;
  if (purl.type === 'npm')
    return npmTarget(
      asked,
      { name: [purl.namespace, purl.name].filter(Boolean).join('/'), version },
      context,
    );
  const subject = {
    purl: purlOf(purl.type, purl.namespace ?? undefined, purl.name),
    name: purl.name,
    ...(version === undefined ? {} : { version }),
  };
  return {
    spec: asked.spec,
    subject,
    ...(asked.git === undefined ? {} : { git: { dir: asked.git } }),
    files: asked.files,
  };
}

function purlOf(type: string, namespace: string | undefined, name: string): string {
  return new PackageURL(type, namespace, name, undefined, undefined, undefined).toString();
}

/** An address may carry a password or a token; packs, reports and errors are passed around. */
export function withoutSecrets(text: string): string {
  return text.replace(/(\w+:\/\/)([^/\s@]+)@/g, (_, scheme: string, who: string) =>
    scheme === 'ssh://' && !who.includes(':') ? `${scheme}${who}@` : scheme,
  );
}

const isUrl = (place: string) =>
  /^(https|ssh|git|file):\/\//.test(place) || /^[\w.-]+@[\w.-]+:[^/]/.test(place);
