export { type Artefact, artefactOfBytes, artefactOfDigest, openArtefact } from './artefact.ts';
export * from './expected.ts';
export * from './scheme.ts';
export { SCHEMES, schemeOf } from './schemes/index.ts';
export * from './verification.ts';
export { type VerifyFiles, verifyArtefact } from './verify.ts';
