/** Per cluster: record what would have happened; say so; or stop it. */
export type Mode = 'observe' | 'warn' | 'enforce';
