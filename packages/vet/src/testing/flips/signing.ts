import { SUBJECT } from '../evidence.ts';
import type { Thresholds } from '../verdicts.ts';
import type { Facts, Flip } from './flip.ts';

/** Who may sign the good tool's releases. */
const PINNED: Thresholds = {
  'verified-signature': {
    signers: {
      [SUBJECT.purl]: [{ id: 'https://example.org/release', issuer: 'https://issuer.example.org' }],
    },
  },
};

/** What a release is signed by, and where it was built. */
export const signingFlips: Flip[] = [
  {
    criterion: 'verified-signature',
    to: 'fail',
    why: 'another than the pinned one signed',
    given: PINNED,
    spoil: ({ 'release.signature': { signer } }) => void (signer.id = 'https://example.org/thief'),
    also: { 'signer-unchanged': 'fail' },
  },
  {
    criterion: 'verified-signature',
    to: 'fail',
    why: 'the signature is not over these bytes',
    given: PINNED,
    spoil: ({ 'release.signature': signature }) => void (signature.cryptography = 'fail'),
    also: { 'signer-unchanged': 'unknown', 'verified-provenance': 'unknown' },
  },
  {
    criterion: 'verified-signature',
    to: 'unknown',
    why: 'it could not be verified',
    given: PINNED,
    spoil: ({ 'release.signature': signature }) => void (signature.cryptography = 'unknown'),
    also: { 'signer-unchanged': 'unknown', 'verified-provenance': 'unknown' },
  },
  {
    criterion: 'verified-signature',
    to: 'unknown',
    why: 'the pinned signer signed another file of the release',
    given: PINNED,
    spoil: ({ 'release.artefact': artefact }) => void (artefact.sha256 = 'c'.repeat(64)),
    also: { 'verified-provenance': 'unknown', 'signer-unchanged': 'unknown' },
  },
  {
    criterion: 'verified-provenance',
    to: 'fail',
    why: 'it was built from another repository',
    spoil: ({ 'release.signature': { provenance } }) => {
      provenance.matches = 'fail';
    },
  },
  {
    criterion: 'verified-provenance',
    to: 'unknown',
    why: 'it was built from a branch',
    spoil: ({ 'release.signature': { provenance } }) => {
      provenance.matches = 'unknown';
    },
  },
  {
    criterion: 'signer-unchanged',
    to: 'fail',
    why: 'the version in use was signed by another',
    spoil: ({ 'release.previous': previous }) => {
      previous.signers = [{ id: 'https://example.org/old', issuer: 'https://issuer.example.org' }];
    },
  },
  {
    criterion: 'signer-unchanged',
    to: 'fail',
    why: 'the same name was vouched for by another issuer',
    spoil: ({ 'release.previous': previous }) => {
      previous.signers = [{ id: 'https://example.org/release', issuer: 'https://other.example.org' }];
    },
  },
  {
    criterion: 'signer-unchanged',
    to: 'unknown',
    why: 'no signature of the version in use was verified',
    spoil: ({ 'release.previous': previous }) => {
      previous.signers = [];
    },
  },
  {
    criterion: 'declared-provenance',
    to: 'fail',
    why: 'none, though the registry hands them on',
    spoil: ({ 'npm.version': version }) => void (version.provenance = null),
  },
  {
    criterion: 'declared-provenance',
    to: 'unknown',
    why: 'the registry was not asked',
    spoil: (facts) => void delete (facts as Partial<Facts>)['npm.version'],
  },
];
