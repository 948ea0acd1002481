export type KubeErrorCode =
  | 'bad-path'
  | 'bad-query'
  | 'bad-selector'
  | 'bad-body'
  | 'bad-patch'
  | 'bad-options'
  | 'unsupported-media-type'
  | 'unknown-kind';

/** The one error class of this package: `code` tells what was wrong, `message` says it to a person. */
export class KubeError extends Error {
  readonly code: KubeErrorCode;
  constructor(code: KubeErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'KubeError';
    this.code = code;
  }
}
