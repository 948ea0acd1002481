import { at } from '../verdicts.ts';
import type { Flip } from './flip.ts';

/** What is in it, what is said of it, and what is known of it. */
export const contentFlips: Flip[] = [
  {
    criterion: 'sbom-complete',
    to: 'fail',
    why: 'a minimum element is missing',
    spoil: ({ 'release.sbom': sbom }) => {
      sbom.missing.push({ element: 'supplier', count: 2 });
    },
  },
  {
    criterion: 'sbom-complete',
    to: 'unknown',
    why: 'it names no digest',
    spoil: ({ 'release.sbom': sbom }) => {
      sbom.match = 'unknown';
    },
  },
  {
    criterion: 'licence',
    to: 'unknown',
    why: 'a second licence file that nobody knows',
    spoil: ({ 'git.files': { licences } }) =>
      void licences.push({ path: 'LICENSE-EE', sha256: 'd'.repeat(64), spdx: null, likeness: 0.2 }),
  },
  {
    criterion: 'licence',
    to: 'fail',
    why: 'denied here, whichever of its ids is named',
    spoil: (facts) => {
      facts['git.files'].licences = [];
      facts['npm.version'].licence = 'AGPL-3.0-or-later';
    },
    threshold: { deny: ['AGPL-3.0-only'] },
  },
  {
    criterion: 'licence',
    to: 'fail',
    why: 'not approved by the OSI',
    spoil: (facts) => {
      facts['git.files'].licences = [];
      facts['npm.version'].licence = 'BUSL-1.1';
    },
  },
  {
    criterion: 'licence',
    to: 'unknown',
    why: 'text and declaration differ',
    spoil: ({ 'npm.version': version }) => void (version.licence = 'MIT'),
  },
  {
    criterion: 'licence',
    to: 'unknown',
    why: 'no SPDX expression',
    spoil: (facts) => {
      facts['git.files'].licences = [];
      facts['npm.version'].licence = 'SEE LICENSE IN LICENSE';
    },
  },
  { criterion: 'licence', to: 'fail', why: 'denied here', threshold: { deny: ['Apache-2.0'] } },
  {
    criterion: 'disclosure',
    to: 'fail',
    why: 'no policy',
    spoil: ({ 'git.files': files }) => void (files.security = []),
  },
  {
    criterion: 'disclosure',
    to: 'fail',
    why: 'no time frame',
    spoil: ({ 'git.files': { security } }) => void Object.assign(security[0] ?? {}, { timeframes: [] }),
  },
  {
    criterion: 'disclosure',
    to: 'fail',
    why: 'a year is too long',
    spoil: ({ 'git.files': { security } }) =>
      void Object.assign(security[0] ?? {}, { timeframes: [{ text: '1 year', days: 365 }] }),
  },
  {
    criterion: 'disclosure',
    to: 'unknown',
    why: 'the policy is too large to be read',
    spoil: ({ 'git.files': { security } }) => void Object.assign(security[0] ?? {}, { sha256: null }),
  },
  {
    criterion: 'signed-tags',
    to: 'fail',
    why: 'one of five is not signed',
    spoil: ({ 'git.tag-signatures': { tags } }) => void Object.assign(tags[3] ?? {}, { signature: null }),
  },
  {
    criterion: 'signed-tags',
    to: 'fail',
    why: 'a signed commit is no signed tag',
    spoil: ({ 'git.tag-signatures': { tags } }) => void Object.assign(tags[0] ?? {}, { signs: 'commit' }),
  },
  {
    criterion: 'signed-tags',
    to: 'unknown',
    why: 'no release tags',
    spoil: ({ 'git.tag-signatures': list }) => void (list.tags = []),
  },
  {
    criterion: 'signed-tags',
    to: 'unknown',
    why: 'signed tags of other versions only',
    spoil: ({ 'git.tag-signatures': list }) => void (list.tags = list.tags.slice(1)),
  },
  {
    criterion: 'sbom',
    to: 'fail',
    why: 'the one that was given is of another version',
    spoil: (facts) =>
      void Object.assign(facts, {
        'sbom.file': {
          format: 'cyclonedx',
          specVersion: '1.6',
          describes: 'pkg:npm/tool@1.4.0',
          components: 3,
        },
      }),
  },
  {
    criterion: 'sbom',
    to: 'unknown',
    why: 'none in the repository, and the one beside the release is not known to be of these bytes',
    spoil: ({ 'git.files': files, 'release.sbom': released }) => {
      files.sboms = [];
      released.match = 'unknown';
    },
    also: { 'sbom-complete': 'unknown' },
  },
  {
    criterion: 'sbom',
    to: 'unknown',
    why: 'a file that is only called so, and the one beside the release is not known to be of these bytes',
    spoil: ({ 'git.files': { sboms }, 'release.sbom': released }) => {
      Object.assign(sboms[0] ?? {}, { format: null });
      released.match = 'unknown';
    },
    also: { 'sbom-complete': 'unknown' },
  },
  {
    criterion: 'known-vulnerabilities',
    to: 'unknown',
    why: 'a part of the data',
    spoil: ({ 'osv.records': data }) => void (data.partial = 'it is a single record'),
  },
  {
    criterion: 'known-vulnerabilities',
    to: 'unknown',
    why: 'an export from before this version',
    spoil: ({ 'osv.records': data }) => void (data.newest = at(21)),
  },
  {
    criterion: 'known-vulnerabilities',
    to: 'fail',
    why: 'affected',
    spoil: ({ 'osv.records': { ofPackage } }) => void Object.assign(ofPackage[0] ?? {}, { affects: 'yes' }),
  },
  {
    criterion: 'known-vulnerabilities',
    to: 'unknown',
    why: 'not decidable',
    spoil: ({ 'osv.records': { ofPackage } }) =>
      void Object.assign(ofPackage[0] ?? {}, { affects: 'unknown' }),
  },
  {
    criterion: 'known-vulnerabilities',
    to: 'unknown',
    why: 'an empty answer proves nothing',
    spoil: ({ 'osv.records': list }) => void (list.ofPackage = []),
  },
];
