/**
 * The schema, one step a version; `PRAGMA user_version` says how many are done. A step that was published is
 * never changed. Rows hold the record as JSON in `body`; the columns beside it are only what is searched by.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

  CREATE TABLE acts (
    id TEXT PRIMARY KEY, context TEXT NOT NULL, started_at INTEGER NOT NULL, last_at INTEGER NOT NULL,
    body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX acts_by_time ON acts (started_at);

  CREATE TABLE requests (
    id TEXT PRIMARY KEY, act_id TEXT NOT NULL, at INTEGER NOT NULL, state TEXT NOT NULL, body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX requests_by_act ON requests (act_id, at);
  CREATE INDEX requests_by_state ON requests (state, at);

  CREATE TABLE snapshots (
    id TEXT PRIMARY KEY, act_id TEXT NOT NULL, request_id TEXT NOT NULL, taken_at INTEGER NOT NULL,
    format INTEGER NOT NULL, sealed BLOB NOT NULL
  ) STRICT;
  CREATE INDEX snapshots_by_act ON snapshots (act_id, taken_at);

  CREATE TABLE holds (
    code TEXT PRIMARY KEY, act_id TEXT NOT NULL, context TEXT NOT NULL, created_at INTEGER NOT NULL,
    state TEXT NOT NULL, revision INTEGER NOT NULL, body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX holds_by_state ON holds (state, created_at);
  CREATE INDEX holds_by_act ON holds (act_id);

  CREATE TABLE softenings (
    act_id TEXT NOT NULL, request_id TEXT NOT NULL, owner_uid TEXT NOT NULL, finish_after INTEGER NOT NULL,
    state TEXT NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (act_id, request_id, owner_uid)
  ) STRICT;
  CREATE INDEX softenings_by_state ON softenings (state, finish_after);

  CREATE TABLE undos (
    id TEXT PRIMARY KEY, act_id TEXT NOT NULL, at INTEGER NOT NULL, body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX undos_by_act ON undos (act_id, at);
  `,
  // Whose the records are, and until when. Without a name: what no guard has owned, before there were owners.
  `
  CREATE TABLE guards (
    id TEXT PRIMARY KEY, until INTEGER NOT NULL, ended INTEGER NOT NULL DEFAULT 0, heir TEXT
  ) STRICT;
  INSERT INTO guards (id, until, ended) VALUES ('', 0, 1);
  `,
];
