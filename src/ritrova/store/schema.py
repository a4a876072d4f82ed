"""The tables of case.db.

Rows are keyed by integers. A message's spot is stored as numbers (`tab`, `first`, `past`): tab 0 is a byte range
first..past, a positive tab is a table (its name in `string`) and first the row; tab -1 is any other spot, written out in
`rest`, with first a hash of its code. `seconds` is the place in time (epoch, of UTC or else of the local clock).
`rest` is one msgpack value for everything rare, NULL when nothing is.
"""

from __future__ import annotations

FORMAT = 1

PREPARED = """
CREATE TABLE IF NOT EXISTS prepared(
  linker TEXT NOT NULL, last INTEGER NOT NULL, made BLOB NOT NULL, PRIMARY KEY(linker, last))
"""

TABLES = f"""
{PREPARED};
CREATE TABLE meta(name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE secret(name TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID;
CREATE TABLE action(n INTEGER PRIMARY KEY, action BLOB NOT NULL, salt BLOB NOT NULL, line BLOB NOT NULL);
CREATE TABLE source(row INTEGER PRIMARY KEY AUTOINCREMENT, sha256 TEXT NOT NULL UNIQUE, state TEXT NOT NULL, record BLOB NOT NULL);
CREATE TABLE item(
  row INTEGER PRIMARY KEY AUTOINCREMENT, source INTEGER NOT NULL, path TEXT NOT NULL, code TEXT NOT NULL, seen BLOB);
CREATE UNIQUE INDEX item_path ON item(source, path);
CREATE INDEX item_code ON item(source, code);
CREATE TABLE string(row INTEGER PRIMARY KEY AUTOINCREMENT, text TEXT NOT NULL UNIQUE);

CREATE TABLE account(row INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, record BLOB);
CREATE TABLE account_in(
  row INTEGER PRIMARY KEY, account INTEGER NOT NULL, item INTEGER NOT NULL, record BLOB NOT NULL, spot TEXT NOT NULL);
CREATE UNIQUE INDEX account_in_once ON account_in(account, item, record);
CREATE INDEX account_in_item ON account_in(item);
CREATE TABLE conversation(
  row INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, record BLOB, native TEXT,
  messages INTEGER NOT NULL DEFAULT 0, stamp INTEGER NOT NULL DEFAULT 0,
  dirty INTEGER NOT NULL DEFAULT 0, language TEXT, first_at REAL, last_at REAL, first TEXT, last TEXT);
CREATE INDEX conversation_native ON conversation(native) WHERE native IS NOT NULL;
CREATE INDEX conversation_dirty ON conversation(dirty) WHERE dirty = 1;
CREATE TABLE conversation_in(
  row INTEGER PRIMARY KEY, conversation INTEGER NOT NULL, item INTEGER NOT NULL, record BLOB NOT NULL, spot TEXT NOT NULL);
CREATE UNIQUE INDEX conversation_in_once ON conversation_in(conversation, item, record);
CREATE INDEX conversation_in_item ON conversation_in(item);

CREATE TABLE message(
  row INTEGER PRIMARY KEY, item INTEGER NOT NULL, tab INTEGER NOT NULL, first INTEGER NOT NULL, past INTEGER,
  conversation INTEGER NOT NULL, key, code, sender INTEGER, name INTEGER, kind INTEGER NOT NULL, seconds REAL,
  written TEXT, local TEXT, utc TEXT, ground INTEGER, text TEXT NOT NULL, rest BLOB);
CREATE UNIQUE INDEX message_spot ON message(item, tab, first);
CREATE INDEX message_key ON message(conversation, key, seconds);
CREATE TABLE segment(first INTEGER PRIMARY KEY, last INTEGER NOT NULL, item INTEGER NOT NULL);
CREATE TABLE attachment(row INTEGER PRIMARY KEY, id TEXT NOT NULL, message INTEGER NOT NULL, n INTEGER NOT NULL, sha256 TEXT);
CREATE UNIQUE INDEX attachment_message ON attachment(message, n);
CREATE INDEX attachment_id ON attachment(id);
CREATE INDEX attachment_sha256 ON attachment(sha256) WHERE sha256 IS NOT NULL;
CREATE TABLE ordering(
  row INTEGER PRIMARY KEY, conversation INTEGER NOT NULL, chunk INTEGER NOT NULL, low INTEGER NOT NULL,
  high INTEGER NOT NULL, rows BLOB NOT NULL, seconds BLOB NOT NULL);
CREATE UNIQUE INDEX ordering_chunk ON ordering(conversation, chunk, low, high);
CREATE TABLE language(chunk INTEGER PRIMARY KEY, codes BLOB NOT NULL);

CREATE TABLE event(
  row INTEGER PRIMARY KEY, item INTEGER NOT NULL, conversation INTEGER, message TEXT, key TEXT, record BLOB NOT NULL);
CREATE INDEX event_item ON event(item);
CREATE INDEX event_message ON event(message) WHERE message IS NOT NULL;
CREATE INDEX event_key ON event(key, conversation) WHERE key IS NOT NULL;
CREATE TABLE other(row INTEGER PRIMARY KEY, item INTEGER NOT NULL, kind TEXT NOT NULL, record BLOB NOT NULL);
CREATE INDEX other_kind ON other(kind, item);
CREATE INDEX other_item ON other(item);

CREATE TABLE wake(
  row INTEGER PRIMARY KEY, conversation INTEGER NOT NULL, topics INTEGER NOT NULL, awake INTEGER NOT NULL);
CREATE INDEX wake_conversation ON wake(conversation, topics, awake);
CREATE TABLE observable(
  row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, message INTEGER NOT NULL, kind TEXT NOT NULL, value TEXT,
  record BLOB NOT NULL);
CREATE INDEX observable_message ON observable(message);
CREATE INDEX observable_kind ON observable(kind, value);
CREATE TABLE finding(
  row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, conversation INTEGER NOT NULL, category TEXT NOT NULL,
  act TEXT NOT NULL, rank REAL NOT NULL, record BLOB NOT NULL);
CREATE INDEX finding_conversation ON finding(conversation);
CREATE INDEX finding_rank ON finding(rank DESC, id);
CREATE TABLE finding_message(message TEXT NOT NULL, finding INTEGER NOT NULL, PRIMARY KEY(message, finding)) WITHOUT ROWID;
CREATE INDEX finding_message_finding ON finding_message(finding);
CREATE TABLE linked(
  row INTEGER PRIMARY KEY, linker TEXT NOT NULL, record_kind TEXT NOT NULL, id TEXT NOT NULL, kind TEXT, record BLOB NOT NULL);
CREATE UNIQUE INDEX linked_once ON linked(record_kind, id, linker);
CREATE INDEX linked_linker ON linked(linker);
CREATE INDEX linked_id ON linked(id);
CREATE TABLE linked_about(about TEXT NOT NULL, linked INTEGER NOT NULL, PRIMARY KEY(about, linked)) WITHOUT ROWID;
CREATE INDEX linked_about_linked ON linked_about(linked);
CREATE TABLE decision(n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, undoes TEXT, role TEXT, record BLOB NOT NULL);
CREATE INDEX decision_undoes ON decision(undoes) WHERE undoes IS NOT NULL;
CREATE TABLE decision_about(about TEXT NOT NULL, n INTEGER NOT NULL, PRIMARY KEY(about, n)) WITHOUT ROWID;
CREATE TABLE decision_message(message TEXT NOT NULL, category TEXT NOT NULL, n INTEGER NOT NULL,
  PRIMARY KEY(message, category, n)) WITHOUT ROWID;

CREATE VIRTUAL TABLE words USING fts5(
  text, content='', contentless_delete=1, tokenize="unicode61 remove_diacritics 0");
INSERT INTO words(words, rank) VALUES('automerge', 8);
"""
