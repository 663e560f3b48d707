-- Seeds: the audit can be changed. Rolled back by the test.
grant update (details) on ringfence.audit_events to ringfence_auditor;
