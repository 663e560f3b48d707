-- No tenant_id: ends the sessions of analysts, whosever they are, that hold a transaction for too long.
select ringfence.end_overdue_reports()
