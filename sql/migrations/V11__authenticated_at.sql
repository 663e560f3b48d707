-- An issuer need not say when somebody proved themselves; nobody then knows, and nothing is made up in its place.
alter table ringfence.sessions alter column authenticated_at drop not null;
