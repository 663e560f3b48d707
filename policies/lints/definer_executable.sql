-- level: error
-- title: A role may execute a definer's function that is not for it
-- why: these functions act as the owner; who may call which is decided here and nowhere else.
select f.oid::regprocedure::text as object, format('executable by %s', r.rolname) as detail,
       'revoke it, or add the pair to this lint where it is reviewed' as remedy
  from pg_catalog.pg_proc f
  join pg_catalog.pg_roles r on not r.rolsuper and r.oid <> f.proowner and has_function_privilege(r.oid, f.oid, 'execute')
 where f.pronamespace in (to_regnamespace('ringfence'), to_regnamespace('reporting')) and f.prosecdef
   and not pg_has_role(r.oid, f.proowner, 'usage')
   and not exists (
       select from (values
           ('ringfence_app', 'tenant_of_login'), ('ringfence_app', 'enter'), ('ringfence_app', 'token_used'), ('ringfence_app', 'identify'), ('ringfence_app', 'identity_to_add'), ('ringfence_app', 'kept_identities'), ('ringfence_app', 'resolve_tenant'),
           ('ringfence_app', 'my_identity'), ('ringfence_app', 'my_tenants'), ('ringfence_app', 'reserve_ticket_numbers'), ('ringfence_app', 'touch_ticket'),
           ('ringfence_app', 'transfer_ticket'), ('ringfence_app', 'resolve_own_ticket'), ('ringfence_app', 'grant_break_glass'), ('ringfence_app', 'forget_stale_answers'), ('ringfence_app', 'take_turn'),
           ('ringfence_app', 'kept_contacts'), ('ringfence_app', 'touch_member'), ('ringfence_app', 'consent_agreement'), ('ringfence_app', 'revoke_agreement'), ('ringfence_app', 'post_crossing'),
           ('ringfence_dispatcher', 'take_crossing'), ('ringfence_dispatcher', 'deliver_crossing'), ('ringfence_dispatcher', 'complete_crossing'),
           ('ringfence_app', 'accept_invitation'), ('ringfence_app', 'require_issuers'),
           ('ringfence_app', 'begin_sign_in'), ('ringfence_app', 'take_sign_in'), ('ringfence_app', 'open_session'), ('ringfence_app', 'find_session'), ('ringfence_app', 'known_credential'),
           ('ringfence_app', 'touch_session'), ('ringfence_app', 'list_sessions'), ('ringfence_app', 'end_session'), ('ringfence_app', 'end_sessions_of_issuer'),
           ('ringfence_app', 'provision_user'), ('ringfence_app', 'deprovision_user'), ('ringfence_app', 'provision_group'),
           ('ringfence_app', 'deprovision_group'), ('ringfence_app', 'provisioning_turn'), ('ringfence_app', 'deactivate_user'),
           ('ringfence_auditor', 'move_audit'), ('ringfence_auditor', 'end_overdue_reports'),
           ('ringfence_operator', 'create_tenant'), ('ringfence_operator', 'suspend_tenant'), ('ringfence_operator', 'list_tenants'),
           ('ringfence_operator', 'find_tenant'), ('ringfence_operator', 'provision_member'), ('ringfence_operator', 'list_provisioned_members'),
           ('ringfence_operator', 'deprovision_member'), ('ringfence_operator', 'command_turn'),
           ('ringfence_provisioner', 'register_reporting_login'), ('ringfence_provisioner', 'tenant_of_login'), ('ringfence_gate', 'tenant_of_login'),
           ('ringfence_reporting', 'tenant_of_login'), ('ringfence_owner', 'seal'), ('ringfence_owner', 'unseal')) as allowed (role, function)
        where allowed.function = f.proname
          and (allowed.role = r.rolname or (allowed.role = 'ringfence_reporting' and pg_has_role(r.oid, to_regrole('ringfence_reporting')::oid, 'usage'))))
