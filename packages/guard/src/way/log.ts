// Step: record
/** Where the guard tells what went wrong and stops nothing. */
export type Log = (line: string, detail?: Record<string, unknown>) => void;
