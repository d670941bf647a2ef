"""The search index of a JSONL store: a disposable FTS5 database in the cache folder."""
