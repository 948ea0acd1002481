/** A path that the door answers itself: `doctor` proves with it that a terminal's requests arrive there. */
export const SELF_TEST_PATH = '/toolcrib/self-test';
