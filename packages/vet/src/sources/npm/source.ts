import { ToolcribError } from '@toolcrib/model';
import semver from 'semver';
import { type Fact, fact, subjectId } from '../../facts/fact.ts';
import type { FactValue } from '../../facts/index.ts';
import type { Source } from '../source.ts';
import { signaturesDoubt, timesDoubt } from './doubts.ts';
import { readPackument } from './registry.ts';
import type { Packument } from './schema.ts';

const RELEASES_KEPT = 2000;
const INSTALL_SCRIPTS = ['preinstall', 'install', 'postinstall'];

/** What the npm registry says of a package and one version of it. Nothing is installed and no tarball is opened. */
export const npmSource: Source = {
  kind: 'npm',
  makes: ['npm.package', 'npm.version'],
  appliesTo: (target) => target.npm !== undefined,
  collect: async (target, context) => {
    const name = target.npm?.name ?? '';
    const version = target.npm?.version;
    const gap = (error: ToolcribError) => ({
      source: 'npm',
      types: [...npmSource.makes],
      reason: error.message,
    });
    const answer = await readPackument(name, context).catch((error) => {
      // A package that is not there is a slip of the person; a registry that does not answer is a hole in the evidence.
      if (error instanceof ToolcribError && error.code !== 'not-found' && error.code !== 'missing-part')
        return error;
      throw error;
    });
    if (answer instanceof ToolcribError) return { facts: [], gaps: [gap(answer)] };
    const { packument, location, sha256 } = answer;
    const about = (ofVersion: boolean) => ({
      subject: subjectId(target.subject, ofVersion),
      source: { kind: 'npm', location },
      sha256,
      context,
    });
    const facts: Fact[] = [fact('npm.package', packageValue(packument), about(false)) as Fact];
    if (version !== undefined)
      facts.push(fact('npm.version', versionValue(packument, version), about(true)) as Fact);
    return { facts, gaps: [] };
  },
};

/** Which version a range, a dist-tag or nothing (`latest`) means today. @throws ToolcribError `not-found` */
export function resolveVersion(packument: Packument, wanted: string | undefined): string {
  const tag = new Map(Object.entries(packument['dist-tags'])).get(wanted ?? 'latest');
  if (tag !== undefined) return tag;
  const all = Object.keys(packument.versions);
  if (wanted !== undefined && all.includes(wanted)) return wanted;
  const best = semver.maxSatisfying(all, wanted ?? '*');
  if (best !== null) return best;
  const newest = all
    .filter((version) => semver.valid(version))
    .sort(semver.rcompare)
    .slice(0, 5);
  throw new ToolcribError('not-found', `${packument.name} has no version ${wanted}`, {
    next: `its newest: ${newest.join(', ')}`,
  });
}

function packageValue(packument: Packument): FactValue<'npm.package'> {
  const { versions, time, repository, maintainers } = packument;
  const dated = Object.keys(versions).flatMap((version) => {
    const at = Date.parse(String(time?.[version]));
    return Number.isFinite(at) ? [{ version, at, prerelease: semver.prerelease(version) !== null }] : [];
  });
  dated.sort((a, b) => a.at - b.at);
  return {
    name: packument.name,
    latest: packument['dist-tags'].latest ?? null,
    maintainers: (maintainers ?? []).map((who) => (typeof who === 'string' ? who : who.name)),
    repository: typeof repository === 'string' ? repository : (repository?.url ?? null),
    versions: Object.keys(versions).length,
    deprecatedVersions: Object.values(versions).filter(({ deprecated }) => Boolean(deprecated)).length,
    timesDoubt: timesDoubt(packument),
    signaturesDoubt: signaturesDoubt(packument),
    releases: dated
      .slice(-RELEASES_KEPT)
      .map(({ at, ...rest }) => ({ ...rest, at: new Date(at).toISOString() })),
    complete: dated.length <= RELEASES_KEPT,
  };
}

function versionValue(packument: Packument, version: string): FactValue<'npm.version'> {
  const found = packument.versions[version];
  if (found === undefined)
    throw new ToolcribError('not-found', `${packument.name} has no version ${version}`);
  const at = Date.parse(String(packument.time?.[version]));
  return {
    version,
    publishedAt: Number.isFinite(at) ? new Date(at).toISOString() : null,
    deprecated: found.deprecated ? String(found.deprecated) : null,
    licence: typeof found.license === 'string' ? found.license : (found.license?.type ?? null),
    integrity: found.dist.integrity ?? null,
    signatures: (found.dist.signatures ?? []).map(({ keyid }) => keyid),
    provenance: found.dist.attestations?.provenance?.predicateType ?? null,
    installScripts: INSTALL_SCRIPTS.filter((name) => found.scripts?.[name] !== undefined),
    dependencies: Object.keys(found.dependencies ?? {}).length,
  };
}
