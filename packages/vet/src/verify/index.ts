export { artefactOfBytes, openArtefact } from './artefact.ts';
export * from './expected.ts';
export * from './scheme.ts';

export * from './verification.ts';
export { verifyArtefact } from './verify.ts';
