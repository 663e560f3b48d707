-- The mover: carries committed events from the inbox to the trail of their tenant, each exactly once, in commit order.

-- A row is deleted from the inbox and inserted into the trail in one transaction, so that nothing can be lost between a
-- watermark and a late commit. Nobody else has a privilege to delete. Of the tenant that was asked for alone, so that whoever reads their
-- trail waits for no other's; or the oldest, whoever's they are. Returns how many were moved.
create function ringfence.move_audit(most integer, asked uuid default null) returns integer
language plpgsql volatile parallel unsafe security definer set search_path = pg_catalog, pg_temp
as $$
declare
    tenant uuid;
    head bigint;
    moved integer := 0;
    batch integer;
    -- Up to where this round reaches: a look at each tenant's events is then one at so many rows, and not at all that wait.
    last xid8;
begin
    if asked is null then
        select max(x.xid) into last from (select i.xid from ringfence.audit_inbox i order by i.xid limit most) x;
        -- An event that names a tenant which does not exist belongs to the installation alone. All of them at once: anybody invents names.
        update ringfence.audit_inbox i set tenant_id = null
         where i.xid <= last and i.tenant_id is not null and not exists (select from ringfence.tenants t where t.tenant_id = i.tenant_id);
    end if;
    -- The same order of tenants in every mover, so that two of them wait instead of deadlocking.
    for tenant in
        select unnest(case when asked is null then array(
            select distinct i.tenant_id from ringfence.audit_inbox i where i.xid <= last and i.tenant_id is not null order by 1)
            else array[asked] end)
    loop
        perform ringfence.seal(tenant);
        select h.length into head from ringfence.audit_heads h where h.tenant_id = tenant for update;
        if head is null then
            -- Asked for, and none: the next round for all gives its events to the installation.
            continue;
        end if;
        with taken as (
            delete from ringfence.audit_inbox i
             where (i.xid, i.event_id) in (select x.xid, x.event_id from ringfence.audit_inbox x
                                          where x.tenant_id = tenant and (asked is not null or x.xid <= last) order by x.xid limit most)
            returning i.*
        ), numbered as (
            select head + row_number() over (order by t.xid, t.recorded_at, t.event_id) as position, t.* from taken t
        ), moved_in as (
            insert into ringfence.audit_events (tenant_id, position, event_id, xid, recorded_at, request_id, action, decision, rule, actor_id,
                identity_id, actor_kind, on_behalf_of, session_id, authentication, object_type, object_id, object_version, external_system, details)
            select n.tenant_id, n.position, n.event_id, n.xid, n.recorded_at, n.request_id, n.action, n.decision, n.rule, n.actor_id,
                n.identity_id, n.actor_kind, n.on_behalf_of, n.session_id, n.authentication, n.object_type, n.object_id, n.object_version, n.external_system, n.details
              from numbered n
        )
        select count(*) into batch from numbered;
        update ringfence.audit_heads h set length = head + batch where h.tenant_id = tenant;
        moved := moved + batch;
    end loop;
    perform ringfence.unseal();
    if asked is not null then
        return moved;
    end if;
    -- No RETURNING from the inserts: it would ask for a door to read what must only be written.
    with taken as (
        delete from ringfence.audit_inbox i
         where (i.xid, i.event_id) in (select x.xid, x.event_id from ringfence.audit_inbox x where x.tenant_id is null order by x.xid limit most)
        returning i.*
    ), moved_in as (
        insert into ringfence.installation_events (event_id, xid, recorded_at, request_id, action, decision, rule, identity_id, actor_kind,
            session_id, authentication, object_type, object_id, details)
        select t.event_id, t.xid, t.recorded_at, t.request_id, t.action, t.decision, t.rule, t.identity_id, t.actor_kind,
            t.session_id, t.authentication, t.object_type, t.object_id, t.details
          from taken t
    )
    select count(*) into batch from taken;
    return moved + batch;
end
$$;

grant execute on function ringfence.move_audit(integer, uuid) to ringfence_auditor;
