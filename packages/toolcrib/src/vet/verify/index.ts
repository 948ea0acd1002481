export { type Artefact, artefactOfBytes, artefactOfDigest, openArtefact } from './artefact.ts';
export { SCHEMES, schemeOf } from './schemes/index.ts';
export * from './types.ts';
export { type VerifyFiles, verifyArtefact } from './verify.ts';
