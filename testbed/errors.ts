/** What can go wrong with a testbed; `code` is stable, the message says what, why and what next. */
export type TestbedErrorCode =
  | 'bad-usage'
  | 'go-missing'
  | 'go-too-old'
  | 'build-failed'
  | 'start-failed'
  | 'stop-failed';

export class TestbedError extends Error {
  readonly code: TestbedErrorCode;

  constructor(code: TestbedErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'TestbedError';
    this.code = code;
  }
}
