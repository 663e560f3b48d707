-- What only an administrator can say, after everything else stands. Runs last.

alter function ringfence.create_reporting_login(uuid, text, uuid) owner to ringfence_provisioner;
alter function ringfence.end_overdue_reports(interval) owner to ringfence_provisioner;
alter function ringfence.enter(text) owner to ringfence_gate;
alter function ringfence.seal(uuid) owner to ringfence_gate;
alter function ringfence.unseal() owner to ringfence_gate;
grant execute on function ringfence.seal(uuid), ringfence.unseal() to ringfence_owner;

-- The provisioner ends what analysts leave open, and is for that a member of each of their logins.
do $$
declare
    r record;
begin
    for r in
        select l.login from ringfence.reporting_logins l join pg_catalog.pg_roles o on o.rolname = l.login
         where not pg_catalog.pg_has_role('ringfence_provisioner', o.oid, 'usage')
    loop
        execute pg_catalog.format('grant %I to ringfence_provisioner', r.login);
    end loop;
end
$$;
