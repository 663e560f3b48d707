-- Signing in by an issuer's page, and being invited. Sessions themselves stand with the other credentials.

-- A sign-in between the way out and the way back. Neither state, nonce nor code verifier is kept: they follow from the secret
-- in the browser's cookie, of which this is the keyed hash.
create table ringfence.sign_in_attempts (
    attempt_hash bytea       not null,
    issuer       text        not null,
    return_to    text        not null,
    tenant_id    uuid,
    -- Seconds, and a word of the issuer's: what the sign-in was asked to come to.
    max_age      integer,
    acr          text,
    created_at   timestamptz not null default transaction_timestamp(),
    expires_at   timestamptz not null,
    constraint sign_in_attempts_pkey primary key (attempt_hash),
    constraint sign_in_attempts_hash_is_sha256 check (octet_length(attempt_hash) = 32),
    constraint sign_in_attempts_issuer_is_short check (char_length(issuer) between 1 and 500),
    constraint sign_in_attempts_return_to_is_short check (char_length(return_to) between 1 and 2000),
    constraint sign_in_attempts_max_age_is_positive check (max_age > 0)
);
create index sign_in_attempts_expires_idx on ringfence.sign_in_attempts (expires_at);

-- Logout tokens that were obeyed, until they expire: each is good once.
create table ringfence.logout_tokens (
    issuer     text        not null,
    token_id   text        not null,
    expires_at timestamptz not null,
    constraint logout_tokens_pkey primary key (issuer, token_id),
    constraint logout_tokens_issuer_is_short check (char_length(issuer) between 1 and 500),
    constraint logout_tokens_token_id_is_short check (char_length(token_id) between 1 and 255)
);
create index logout_tokens_expires_idx on ringfence.logout_tokens (expires_at);

alter table ringfence.sign_in_attempts alter column attempt_hash set statistics 0, alter column issuer set statistics 0,
    alter column return_to set statistics 0, alter column acr set statistics 0;
alter table ringfence.logout_tokens alter column issuer set statistics 0, alter column token_id set statistics 0;
