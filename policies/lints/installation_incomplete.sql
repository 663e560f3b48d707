-- level: error
-- title: A role or schema of the installation is missing
-- why: every other lint is silent about what does not exist; this one says that there is nothing to look at.
select w.kind || ' ' || w.name as object, 'does not exist' as detail, 'run `ringfence migrate`' as remedy
  from (values ('schema', 'ringfence'), ('schema', 'reporting'),
               ('role', 'ringfence_owner'), ('role', 'ringfence_app'), ('role', 'ringfence_auditor'), ('role', 'ringfence_dispatcher'),
               ('role', 'ringfence_operator'), ('role', 'ringfence_provisioner'), ('role', 'ringfence_gate'), ('role', 'ringfence_reporting'), ('role', 'ringfence_backup')
       ) as w (kind, name)
 where case w.kind when 'schema' then to_regnamespace(w.name) is null else to_regrole(w.name) is null end
