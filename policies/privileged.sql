-- What only an administrator can say, after everything else stands. Runs last.

alter function ringfence.create_reporting_login(uuid, text, uuid) owner to ringfence_provisioner;
alter function ringfence.enter(text) owner to ringfence_gate;
alter function ringfence.seal(uuid) owner to ringfence_gate;
alter function ringfence.unseal() owner to ringfence_gate;
grant execute on function ringfence.seal(uuid), ringfence.unseal() to ringfence_owner;
