CREATE TABLE "account_calls" (
  "waba_id" text not null,
  "at_ms" bigint not null
);

CREATE INDEX "account_calls_by_time" on "account_calls" ("waba_id", "at_ms");

CREATE TABLE "account_queue" (
  "waba_id" text not null,
  "who" text not null,
  "urgency_ms" bigint not null,
  "calls" integer not null,
  "until_ms" bigint not null,
  constraint "account_queue_pk" primary key ("waba_id", "who")
);

CREATE INDEX "account_queue_by_urgency" on "account_queue" ("waba_id", "urgency_ms", "who");

CREATE TABLE "accounts" (
  "waba_id" text not null primary key,
  "read_at_ms" bigint,
  "subscribed_at_ms" bigint,
  "paused_until_ms" bigint,
  "use_pct" integer,
  "use_ours" integer,
  "use_at_ms" bigint,
  "listed" integer,
  "review" text,
  "review_read_at_ms" bigint,
  "token_expires_at_ms" bigint,
  "token_data_access_expires_at_ms" bigint,
  "token_read_at_ms" bigint,
  "token_told_at_ms" bigint
);

CREATE TABLE "announcements" (
  "phone_number_id" text not null references "numbers" ("phone_number_id"),
  "announcement_key" text not null,
  "at_ms" bigint not null,
  constraint "announcements_pk" primary key ("phone_number_id", "announcement_key")
);

CREATE TABLE "api_tokens" (
  "prefix" text not null primary key,
  "hash" text not null,
  "role" text not null,
  "owner" text not null,
  "created_at_ms" bigint not null,
  "expires_at_ms" bigint,
  "revoked_at_ms" bigint,
  "last_used_at_ms" bigint,
  constraint "known_token_role" check (role in ('viewer', 'operator', 'admin'))
);

CREATE TRIGGER audit_no_delete before delete on audit for each row begin select raise(abort, 'append-only'); end;

CREATE TRIGGER audit_no_update before update on audit for each row when new.subject is distinct from 'erased' or new.id is distinct from old.id or new.request_id is distinct from old.request_id or new.at_ms is distinct from old.at_ms or new.actor is distinct from old.actor or new.role is distinct from old.role or new.action is distinct from old.action begin select raise(abort, 'append-only'); end;

CREATE TABLE "audit" (
  "id" integer primary key autoincrement,
  "request_id" text not null unique,
  "at_ms" bigint not null,
  "actor" text not null,
  "role" text not null,
  "action" text not null,
  "subject" text
);

CREATE TRIGGER audit_results_no_delete before delete on audit_results for each row begin select raise(abort, 'append-only'); end;

CREATE TRIGGER audit_results_no_update before update on audit_results for each row when new.subject is distinct from 'erased' or new.request_id is distinct from old.request_id or new.at_ms is distinct from old.at_ms or new.result is distinct from old.result begin select raise(abort, 'append-only'); end;

CREATE TABLE "audit_results" (
  "request_id" text not null primary key references "audit" ("request_id"),
  "at_ms" bigint not null,
  "result" text not null,
  "subject" text
);

CREATE TABLE "credentials" (
  "owner" text not null,
  "field" text not null,
  "sealed" text not null,
  "expires_at_ms" bigint,
  "updated_at_ms" bigint not null,
  constraint "credentials_pk" primary key ("owner", "field")
);

CREATE TABLE "data_keys" (
  "owner" text not null primary key,
  "sealed" text not null,
  "kid" text not null,
  "updated_at_ms" bigint not null
);

CREATE TABLE "deliveries" (
  "id" text not null primary key,
  "event_id" bigint not null unique references "events" ("id"),
  "phone_number_id" text not null references "numbers" ("phone_number_id"),
  "waba_id" text not null,
  "type" text not null,
  "state" text not null,
  "changed_at_ms" bigint not null,
  constraint "known_delivery_state" check (state in ('waiting', 'due', 'started', 'delivered', 'undelivered'))
);

CREATE INDEX "deliveries_by_number" on "deliveries" ("phone_number_id", "event_id");

CREATE INDEX "deliveries_by_state" on "deliveries" ("state", "changed_at_ms");

CREATE TABLE "deregistration_attempts" (
  "phone_number_id" text not null,
  "n" integer not null,
  "request_key" text not null unique,
  "kind" text not null,
  "state" text not null,
  "opened_at_ms" bigint not null,
  "sending_at_ms" bigint,
  "closed_at_ms" bigint,
  "http" integer,
  "code" bigint,
  "subcode" bigint,
  "trace_id" text,
  "cause" text,
  "told_wait_ms" bigint,
  constraint "deregistration_attempts_pk" primary key ("phone_number_id", "n"),
  constraint "known_deregistration_kind" check (kind in ('automatic', 'operator')),
  constraint "known_deregistration_state" check (state in ('open', 'sending', 'ok', 'refused', 'unknown', 'not_sent'))
);

CREATE TABLE "events" (
  "id" integer primary key autoincrement,
  "phone_number_id" text not null references "numbers" ("phone_number_id"),
  "kind" text not null,
  "at_ms" bigint not null,
  "text" text not null,
  "actor" text not null
);

CREATE INDEX "events_by_number" on "events" ("phone_number_id", "id");

CREATE TABLE "inbox" (
  "digest" text not null primary key,
  "waba_id" text not null,
  "field" text not null,
  "digits" text,
  "received_at_ms" bigint not null,
  "delivered_at_ms" bigint,
  "event" text,
  "told_at_ms" bigint,
  "until_ms" bigint
);

CREATE INDEX "inbox_by_account" on "inbox" ("waba_id", "field", "event");

CREATE INDEX "inbox_pending" on "inbox" ("received_at_ms", "digest") where "delivered_at_ms" is null;

CREATE TABLE "kysely_migration" (
  "name" varchar(255) not null primary key,
  "timestamp" varchar(255) not null
);

CREATE TABLE "kysely_migration_lock" (
  "id" varchar(255) not null primary key,
  "is_locked" integer default 0 not null
);

CREATE TABLE "name_change_attempts" (
  "phone_number_id" text not null,
  "n" integer not null,
  "request_key" text not null unique,
  "kind" text not null,
  "state" text not null,
  "opened_at_ms" bigint not null,
  "sending_at_ms" bigint,
  "closed_at_ms" bigint,
  "http" integer,
  "code" bigint,
  "subcode" bigint,
  "trace_id" text,
  "cause" text,
  "told_wait_ms" bigint,
  constraint "name_change_attempts_pk" primary key ("phone_number_id", "n"),
  constraint "known_name_change_kind" check (kind in ('automatic', 'operator')),
  constraint "known_name_change_state" check (state in ('open', 'sending', 'ok', 'refused', 'unknown', 'not_sent'))
);

CREATE TABLE "name_decisions" (
  "waba_id" text not null,
  "digits" text not null,
  "decision" text not null,
  "reason" text,
  "told_at_ms" bigint not null,
  constraint "name_decisions_by_number" primary key ("waba_id", "digits")
);

CREATE TABLE "number_reads" (
  "phone_number_id" text not null primary key,
  "waba_id" text not null,
  "read_at_ms" bigint not null,
  "facts_json" text not null,
  "is_registered" integer not null
);

CREATE INDEX "number_reads_by_account" on "number_reads" ("waba_id", "is_registered");

CREATE TABLE "numbers" (
  "phone_number_id" text not null primary key,
  "waba_id" text not null,
  "display_phone_number" text not null,
  "digits" text,
  "verified_name" text,
  "stage" text not null,
  "waiting_for" text not null,
  "deadline_at_ms" bigint not null,
  "cause" text,
  "outcome" text,
  "progress_json" text,
  "updated_at_ms" bigint not null,
  "task" text
);

CREATE INDEX "numbers_by_digits" on "numbers" ("waba_id", "digits");

CREATE TABLE "orders" (
  "name_hash" text not null primary key,
  "body_hash" text not null,
  "begun_at_ms" bigint not null,
  "status" integer,
  "answer" text,
  "location" text
);

CREATE INDEX "orders_by_time" on "orders" ("begun_at_ms");

CREATE TABLE "preverified" (
  "preverified_id" text not null primary key,
  "added_at_ms" bigint not null,
  "heard_at_ms" bigint,
  "deleted_at_ms" bigint,
  "told_at_ms" bigint,
  "told_text" text
);

CREATE TABLE "registration_attempts" (
  "phone_number_id" text not null,
  "n" integer not null,
  "request_key" text not null unique,
  "kind" text not null,
  "state" text not null,
  "opened_at_ms" bigint not null,
  "sending_at_ms" bigint,
  "closed_at_ms" bigint,
  "http" integer,
  "code" bigint,
  "subcode" bigint,
  "trace_id" text,
  "cause" text,
  "told_wait_ms" bigint,
  constraint "registration_attempts_pk" primary key ("phone_number_id", "n"),
  constraint "known_kind" check (kind in ('automatic', 'operator')),
  constraint "known_state" check (state in ('open', 'sending', 'ok', 'refused', 'unknown', 'not_sent'))
);

CREATE TABLE "sessions" (
  "hash" text not null primary key,
  "role" text not null,
  "owner" text not null,
  "token_prefix" text,
  "expires_at_ms" bigint not null,
  constraint "known_session_role" check (role in ('viewer', 'operator', 'admin'))
);

CREATE TABLE "signups" (
  "id" text not null primary key,
  "idempotency_key" text not null unique,
  "body_hash" text not null,
  "phone_number_id" text not null references "numbers" ("phone_number_id"),
  "waba_id" text not null,
  "accepted_at_ms" bigint not null,
  "deadline_at_ms" bigint not null,
  "started_at_ms" bigint,
  "platform" text default 'cloud' not null,
  "code_method" text,
  "data_localization_region" text,
  "source" text default 'embedded-signup' not null
);

CREATE INDEX "signups_pending" on "signups" ("accepted_at_ms", "id") where "started_at_ms" is null;

CREATE TABLE "tickets" (
  "hash" text not null primary key,
  "kind" text not null,
  "role" text,
  "owner" text not null,
  "expires_at_ms" bigint not null,
  constraint "known_ticket" check (kind in ('login', 'signup'))
);

CREATE TABLE "tombstones" (
  "id_hash" text not null primary key,
  "digits_hash" text,
  "erased_at_ms" bigint not null,
  "finished_at_ms" bigint,
  "attempts_json" text not null
);

CREATE INDEX "tombstones_by_digits" on "tombstones" ("digits_hash");
