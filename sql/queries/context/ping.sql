-- no tenant_id: whether the database answers.
select 1
