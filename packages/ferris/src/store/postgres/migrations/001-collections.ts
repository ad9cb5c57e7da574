/**
 * Collections with their documents, chunks, words and vectors. docs/postgres.md says what each column is for.
 *
 * Words and vectors are partitioned by collection, so that each has indexes of its own: of its own size, and of its own dimensions.
 */
import type { Migration } from "./migration.ts";

const statements = [
  `CREATE TABLE collections (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text COLLATE "C" NOT NULL UNIQUE,
    identity jsonb NOT NULL,
    created timestamptz NOT NULL DEFAULT now()
  )`,
  `CREATE TABLE collection_settings (
    collection_id integer NOT NULL REFERENCES collections ON DELETE CASCADE,
    key text COLLATE "C" NOT NULL,
    value jsonb NOT NULL,
    PRIMARY KEY (collection_id, key)
  )`,
  `CREATE TABLE collection_languages (
    collection_id integer NOT NULL REFERENCES collections ON DELETE CASCADE,
    code text COLLATE "C" NOT NULL,
    PRIMARY KEY (collection_id, code)
  )`,
  // One row a transaction: many writers count without waiting for each other. Sums are the collection's totals.
  `CREATE TABLE collection_changes (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    collection_id integer NOT NULL REFERENCES collections ON DELETE CASCADE,
    transactions bigint NOT NULL,
    chunks bigint NOT NULL,
    words bigint NOT NULL,
    vectors bigint NOT NULL
  )`,
  `CREATE INDEX collection_changes_by_collection ON collection_changes (collection_id)`,
  `CREATE TABLE roots (
    collection_id integer NOT NULL REFERENCES collections ON DELETE CASCADE,
    path text COLLATE "C" NOT NULL,
    PRIMARY KEY (collection_id, path)
  )`,
  `CREATE TABLE documents (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    collection_id integer NOT NULL REFERENCES collections ON DELETE CASCADE,
    path text COLLATE "C" NOT NULL,
    type text NOT NULL,
    title text,
    line_basis text NOT NULL,
    fields jsonb,
    size bigint NOT NULL,
    modified_time double precision NOT NULL,
    content_hash bytea NOT NULL,
    recipe text NOT NULL,
    chunks integer NOT NULL,
    tokens bigint NOT NULL,
    missing integer NOT NULL,
    indexed_time double precision NOT NULL,
    UNIQUE (collection_id, path)
  )`,
  `CREATE INDEX documents_by_content ON documents (collection_id, content_hash)`,
  `CREATE INDEX documents_waiting ON documents (collection_id) WHERE missing > 0`,
  `CREATE TABLE chunks (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    collection_id integer NOT NULL,
    document_id bigint NOT NULL REFERENCES documents ON DELETE CASCADE,
    ordinal integer NOT NULL,
    hash bytea NOT NULL,
    heading_path text NOT NULL,
    text text NOT NULL,
    start_line integer NOT NULL,
    end_line integer NOT NULL,
    start_column integer,
    end_column integer,
    line_runs bytea,
    start_byte bigint,
    end_byte bigint,
    page integer,
    is_ocr boolean NOT NULL,
    tokens integer NOT NULL
  )`,
  `CREATE INDEX chunks_by_document ON chunks (document_id, ordinal)`,
  `CREATE INDEX chunks_by_hash ON chunks (collection_id, hash)`,
  `CREATE TABLE chunk_words (
    collection_id integer NOT NULL,
    chunk_id bigint NOT NULL,
    document_id bigint NOT NULL,
    size integer NOT NULL,
    words tsvector NOT NULL,
    PRIMARY KEY (collection_id, chunk_id)
  ) PARTITION BY LIST (collection_id)`,
  `CREATE INDEX chunk_words_by_word ON chunk_words USING gin (words) WITH (fastupdate = off)`,
  `CREATE INDEX chunk_words_by_document ON chunk_words (document_id)`,
  `CREATE TABLE vectors (
    collection_id integer NOT NULL,
    chunk_id bigint NOT NULL,
    document_id bigint NOT NULL,
    vector vector NOT NULL,
    PRIMARY KEY (collection_id, chunk_id)
  ) PARTITION BY LIST (collection_id)`,
  `CREATE INDEX vectors_by_document ON vectors (document_id)`,
  `CREATE TABLE vector_codes (
    collection_id integer NOT NULL,
    chunk_id bigint NOT NULL,
    document_id bigint NOT NULL,
    code bit varying NOT NULL,
    PRIMARY KEY (collection_id, chunk_id)
  ) PARTITION BY LIST (collection_id)`,
  `CREATE INDEX vector_codes_by_document ON vector_codes (document_id)`,
  `CREATE TABLE pending_chunks (
    chunk_id bigint PRIMARY KEY REFERENCES chunks ON DELETE CASCADE,
    collection_id integer NOT NULL,
    document_id bigint NOT NULL,
    hash bytea NOT NULL,
    text text NOT NULL
  )`,
  `CREATE INDEX pending_chunks_by_hash ON pending_chunks (collection_id, hash)`,
  `CREATE INDEX pending_chunks_by_document ON pending_chunks (document_id)`,
  `CREATE TABLE staged_vectors (
    collection_id integer NOT NULL REFERENCES collections ON DELETE CASCADE,
    hash bytea NOT NULL,
    vector vector NOT NULL,
    PRIMARY KEY (collection_id, hash)
  )`,
  `CREATE TABLE identifiers (
    collection_id integer NOT NULL REFERENCES collections ON DELETE CASCADE,
    word text COLLATE "C" NOT NULL,
    trigrams text[] NOT NULL,
    PRIMARY KEY (collection_id, word)
  )`,
  `CREATE INDEX identifiers_by_trigram ON identifiers USING gin (trigrams)`,
  `CREATE TABLE vocabulary (
    collection_id integer NOT NULL REFERENCES collections ON DELETE CASCADE,
    word text COLLATE "C" NOT NULL,
    PRIMARY KEY (collection_id, word)
  )`,
];

export const collections: Migration = { version: 1, name: "collections", statements };
