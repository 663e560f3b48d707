-- No tenant_id: ends the sessions of analysts, whosever they are, that hold a transaction for so long. $1 how long.
select ringfence.end_overdue_reports($1::text::interval)
