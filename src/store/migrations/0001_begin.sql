-- Never edit this file once it has been released: databases remember its checksum. Add 0002 instead.
--
-- Every time is RFC 3339 text in UTC with nine digits of a second (2026-03-04T09:30:00.000000000Z). Of one width, it
-- sorts as text; it loses nothing of the time that was decided on; and a person with the sqlite3 shell can read it.

CREATE TABLE cases (
    id         TEXT PRIMARY KEY NOT NULL,  -- the incident's id, source:key
    facts      TEXT NOT NULL,              -- the incident as last read, JSON
    facts_at   TEXT NOT NULL,              -- when the facts were written
    opened_at  TEXT NOT NULL,              -- from the facts, to list the newest first
    adopted_at TEXT NOT NULL,
    wake_at    TEXT,                       -- null: nothing is left to do; while a worker holds it: the end of its lease
    nudged     INTEGER NOT NULL DEFAULT 0  -- 1: something was asked for or learnt while a worker held it
) STRICT;

-- Finished cases are not in it: an idle pass costs the same after ten years.
CREATE INDEX cases_by_wake ON cases (wake_at) WHERE wake_at IS NOT NULL;
CREATE INDEX cases_by_age ON cases (opened_at DESC, id);

CREATE TABLE decisions (
    case_id    TEXT NOT NULL,
    step       TEXT NOT NULL,
    name       TEXT NOT NULL,
    value      TEXT NOT NULL,              -- JSON
    decided_at TEXT NOT NULL,
    PRIMARY KEY (case_id, step, name)
) STRICT, WITHOUT ROWID;

-- The ledger. case_id has no foreign key: what is owed to people across incidents belongs to the case `everyone`.
CREATE TABLE effects (
    case_id         TEXT NOT NULL,
    step            TEXT NOT NULL,
    target          TEXT NOT NULL,
    occurrence      TEXT NOT NULL,
    state           TEXT NOT NULL,         -- in_flight, in_doubt, done, retry, gave_up
    reference       TEXT,                  -- of done
    url             TEXT,                  -- of done
    next_attempt_at TEXT,                  -- of retry
    error           TEXT,                  -- of retry and gave_up
    attempts        INTEGER NOT NULL,
    updated_at      TEXT NOT NULL,
    lease           TEXT NOT NULL,         -- the lease it was last written under: whose next claim finds it in doubt
    PRIMARY KEY (case_id, step, target, occurrence)
) STRICT, WITHOUT ROWID;

CREATE INDEX effects_in_flight ON effects (lease) WHERE state = 'in_flight';
CREATE INDEX effects_by_reference ON effects (step, target, reference) WHERE state = 'done';
CREATE INDEX effects_by_age ON effects (case_id, updated_at DESC);

CREATE TABLE waivers (
    case_id TEXT NOT NULL REFERENCES cases (id),
    step    TEXT NOT NULL,
    reason  TEXT NOT NULL,
    at      TEXT NOT NULL,
    PRIMARY KEY (case_id, step)
) STRICT, WITHOUT ROWID;

-- A row stays when its lease is given back: the fence must never fall.
CREATE TABLE leases (
    name   TEXT PRIMARY KEY NOT NULL,      -- a case's id or a round's name
    fence  INTEGER NOT NULL,
    holder TEXT,                           -- null: free
    until  TEXT                            -- null: free
) STRICT, WITHOUT ROWID;

CREATE TABLE memos (
    name  TEXT PRIMARY KEY NOT NULL,
    value TEXT NOT NULL,                   -- JSON
    at    TEXT NOT NULL
) STRICT, WITHOUT ROWID;
