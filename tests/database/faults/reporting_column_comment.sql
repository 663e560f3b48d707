comment on column reporting.tickets.closed_at is null;
--- fires
comment on column reporting.comments.body is ' ';
--- quiet
comment on column reporting.tickets.closed_at is 'When it ended.';
comment on view reporting.tickets is null;
