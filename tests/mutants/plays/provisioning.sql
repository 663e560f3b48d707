-- Provisioning: what its functions make of users, groups and members, for whom, and what they leave alone.

-- play: a user is changed, made and ended, and the membership with them
-- before:
select pg_temp.provisioned(); <before>;
-- sql:
select u.version from ringfence.provision_user('<user>', <version>, '<name>', <ext>, <active>, '<called>', <mail>, '<attrs>') u;
-- after:
select pg_temp.seen();
-- let: before=select user={u1} version=1 name=U1 ext='p1' active=true called=P1 mail='p1@example.org' attrs={"roles":[{"value":"Support"}]}
-- service[provision.manage]: 1 / unchanged
-- service[provision.manage] version=2: nothing / unchanged
-- service[provision.manage] name=Other called=Q mail='q@example.org': 2 / -a member p1 agent v1 https://issuer.example#p1; +a member p1 agent v2 https://issuer.example#p1; -a person p1 P1 p1@example.org p1 v1; +a person p1 Q q@example.org p1 v2; +a trail contact.updated allow provision.manage service contact 2 {"fields": ["email", "name"]}; +a trail member.updated allow provision.manage service member 2 {"fields": ["email", "name"]}; +a user u1 is p1: Other/p1 true p1 agent grouped v2 now; -a user u1 is p1: U1/p1 true p1 agent grouped v1
-- service[provision.manage] mail='AGENT@example.org': 1 / -a member p1 agent v1 https://issuer.example#p1; +a member p1 agent v2 https://issuer.example#p1; +a person p1 P1 - p1 v2; -a person p1 P1 p1@example.org p1 v1; +a trail contact.updated allow provision.manage service contact 2 {"fields": ["email"]}; +a trail member.updated allow provision.manage service member 2 {"fields": ["email"]}
-- service[provision.manage] mail='outsider@example.org': 1 / -a member p1 agent v1 https://issuer.example#p1; +a member p1 agent v2 https://issuer.example#p1; +a person p1 P1 outsider@example.org p1 v2; -a person p1 P1 p1@example.org p1 v1; +a trail contact.updated allow provision.manage service contact 2 {"fields": ["email"]}; +a trail member.updated allow provision.manage service member 2 {"fields": ["email"]}
-- service[provision.manage] mail=null: 1 / -a member p1 agent v1 https://issuer.example#p1; +a member p1 agent v2 https://issuer.example#p1; +a person p1 P1 - p1 v2; -a person p1 P1 p1@example.org p1 v1; +a trail contact.updated allow provision.manage service contact 2 {"fields": ["email"]}; +a trail member.updated allow provision.manage service member 2 {"fields": ["email"]}
-- service[provision.manage] active=false: 2 / -a belongs p1; -a member p1 agent v1 https://issuer.example#p1; +a ticket 1 - v2; -a ticket 1 p1 v1; -a token p1; +a told ticket1 ticket.assigned service internal 2 {"assignee_id": ["p1", null]}; +a trail member.removed allow provision.manage service member 1 {}; +a trail ticket.assigned allow provision.manage service ticket 2 {"fields": ["assignee_id"]}; +a user u1 is p1: U1/p1 false p1 agent grouped v2 now; -a user u1 is p1: U1/p1 true p1 agent grouped v1; -a works queue
-- service[provision.manage] active=null: 2 / -a belongs p1; -a member p1 agent v1 https://issuer.example#p1; +a ticket 1 - v2; -a ticket 1 p1 v1; -a token p1; +a told ticket1 ticket.assigned service internal 2 {"assignee_id": ["p1", null]}; +a trail member.removed allow provision.manage service member 1 {}; +a trail ticket.assigned allow provision.manage service ticket 2 {"fields": ["assignee_id"]}; +a user u1 is p1: U1/p1 - p1 agent grouped v2 now; -a user u1 is p1: U1/p1 true p1 agent grouped v1; -a works queue
-- service[provision.manage] ext='p9': 2 / -a belongs p1; +a belongs p9; -a member p1 agent v1 https://issuer.example#p1; +a member p1 agent v3 https://issuer.example#p9; -a person p1 P1 p1@example.org p1 v1; +a person p1 P1 p1@example.org p9 v2; +a ticket 1 - v2; -a ticket 1 p1 v1; -a token p1; +a told ticket1 ticket.assigned service internal 2 {"assignee_id": ["p1", null]}; +a trail contact.updated allow provision.manage service contact 2 {"fields": []}; +a trail member.added allow provision.manage service member 2 {"role": "agent"}; +a trail member.removed allow provision.manage service member 1 {}; +a trail member.updated allow provision.manage service member 3 {"fields": ["groups"]}; +a trail ticket.assigned allow provision.manage service ticket 2 {"fields": ["assignee_id"]}; -a user u1 is p1: U1/p1 true p1 agent grouped v1; +a user u1 is p1: U1/p9 true p9 agent grouped v2 now
-- service[provision.manage] ext='p9' active=false: 2 / -a belongs p1; -a member p1 agent v1 https://issuer.example#p1; -a person p1 P1 p1@example.org p1 v1; +a person p1 P1 p1@example.org p9 v2; +a ticket 1 - v2; -a ticket 1 p1 v1; -a token p1; +a told ticket1 ticket.assigned service internal 2 {"assignee_id": ["p1", null]}; +a trail contact.updated allow provision.manage service contact 2 {"fields": []}; +a trail member.removed allow provision.manage service member 1 {}; +a trail ticket.assigned allow provision.manage service ticket 2 {"fields": ["assignee_id"]}; -a user u1 is p1: U1/p1 true p1 agent grouped v1; +a user u1 is p1: U1/p9 false p9 agent grouped v2 now; -a works queue
-- service[provision.manage] ext=null: 2 / +a belongs U1; -a belongs p1; -a member p1 agent v1 https://issuer.example#p1; +a member p1 agent v3 https://issuer.example#U1; +a person p1 P1 p1@example.org U1 v2; -a person p1 P1 p1@example.org p1 v1; +a ticket 1 - v2; -a ticket 1 p1 v1; -a token p1; +a told ticket1 ticket.assigned service internal 2 {"assignee_id": ["p1", null]}; +a trail contact.updated allow provision.manage service contact 2 {"fields": []}; +a trail member.added allow provision.manage service member 2 {"role": "agent"}; +a trail member.removed allow provision.manage service member 1 {}; +a trail member.updated allow provision.manage service member 3 {"fields": ["groups"]}; +a trail ticket.assigned allow provision.manage service ticket 2 {"fields": ["assignee_id"]}; +a user u1 is p1: U1/- true U1 agent grouped v2 now; -a user u1 is p1: U1/p1 true p1 agent grouped v1
-- service[provision.manage] ext='owner': !RF012
-- service[provision.manage] ext='outsider': 2 / -a belongs p1; -a member p1 agent v1 https://issuer.example#p1; +a member p1 agent v3 https://issuer.example#outsider; +a person p1 P1 p1@example.org outsider v2; -a person p1 P1 p1@example.org p1 v1; +a ticket 1 - v2; -a ticket 1 p1 v1; -a token p1; +a told ticket1 ticket.assigned service internal 2 {"assignee_id": ["p1", null]}; +a trail contact.updated allow provision.manage service contact 2 {"fields": []}; +a trail member.added allow provision.manage service member 2 {"role": "agent"}; +a trail member.removed allow provision.manage service member 1 {}; +a trail member.updated allow provision.manage service member 3 {"fields": ["groups"]}; +a trail ticket.assigned allow provision.manage service ticket 2 {"fields": ["assignee_id"]}; +a user u1 is p1: U1/outsider true outsider agent grouped v2 now; -a user u1 is p1: U1/p1 true p1 agent grouped v1
-- service[provision.manage] attrs={}: 2 / -a member p1 agent v1 https://issuer.example#p1; +a member p1 requester v2 https://issuer.example#p1; +a trail member.updated allow provision.manage service member 2 {"fields": ["role"]}; -a user u1 is p1: U1/p1 true p1 agent grouped v1; +a user u1 is p1: U1/p1 true p1 requester grouped v2 now
-- service[provision.manage] attrs={"roles":[{"value":"Guest"},{"value":"Nothing"}]}: 2 / -a member p1 agent v1 https://issuer.example#p1; +a member p1 light_agent v2 https://issuer.example#p1; +a trail member.updated allow provision.manage service member 2 {"fields": ["role"]}; -a user u1 is p1: U1/p1 true p1 agent grouped v1; +a user u1 is p1: U1/p1 true p1 light_agent grouped v2 now
-- service[provision.manage] attrs={"roles":[{"value":"Guest"},{"value":"Support"}]}: 2 / -a user u1 is p1: U1/p1 true p1 agent grouped v1; +a user u1 is p1: U1/p1 true p1 agent grouped v2 now
-- service[provision.manage] before=delete/**/from/**/ringfence.members/**/where/**/false: 1 / unchanged
-- service[provision.manage] before=delete/**/from/**/ringfence.scim_group_members: 1 / -a holds sg1: u1; -a member p1 agent v1 https://issuer.example#p1; +a member p1 light_agent v2 https://issuer.example#p1; +a trail member.updated allow provision.manage service member 2 {"fields": ["groups", "role"]}; -a works queue; -b holds sg1: u1
-- service[provision.manage] before=delete/**/from/**/ringfence.scim_group_members;update/**/ringfence.scim_users/**/set/**/grouped=false: 1 / -a holds sg1: u1; -a member p1 agent v1 https://issuer.example#p1; +a member p1 agent v2 https://issuer.example#p1; +a trail member.updated allow provision.manage service member 2 {"fields": ["groups"]}; -a user u1 is p1: U1/p1 true p1 agent grouped v1; +a user u1 is p1: U1/p1 true p1 agent v1; -a works queue; -b holds sg1: u1; -b user u1 is p1: U1/p1 true p1 agent grouped v1; +b user u1 is p1: U1/p1 true p1 agent v1
-- service[provision.manage] before=update/**/ringfence.members/**/set/**/role='admin'/**/where/**/provisioned: !RF012
-- service[provision.manage] before=update/**/ringfence.members/**/set/**/provisioned=false: !RF012
-- service[provision.manage] active=false before=update/**/ringfence.members/**/set/**/role='owner'/**/where/**/provisioned: !RF012
-- service[provision.manage] before=select/**/pg_temp.gone(): 1 / unchanged
-- service[provision.manage] active=false before=select/**/pg_temp.gone(): 2 / +a user u1 is p1: U1/p1 false p1 agent grouped v2 now; -a user u1 is p1: U1/p1 true p1 agent grouped v1
-- service[provision.manage] ext='p9' before=select/**/pg_temp.gone(): 2 / +a belongs p9; +a member p1 agent v2 https://issuer.example#p9; -a person p1 P1 p1@example.org p1 v1; +a person p1 P1 p1@example.org p9 v2; +a trail contact.updated allow provision.manage service contact 2 {"fields": []}; +a trail member.added allow provision.manage service member 1 {"role": "agent"}; +a trail member.updated allow provision.manage service member 2 {"fields": ["groups"]}; -a user u1 is p1: U1/p1 true p1 agent grouped v1; +a user u1 is p1: U1/p9 true p9 agent grouped v2 now; +a works queue
-- service[provision.manage] before=delete/**/from/**/ringfence.provisioning_settings: !RF011
-- service[provision.manage] before=delete/**/from/**/ringfence.provisioning_settings/**/where/**/tenant_id='{acme}': !RF011
-- service[provision.manage] before=update/**/ringfence.provisioning_settings/**/set/**/issuer='https://other.example',default_role='agent',role_map='{}': 1 / unchanged
-- service[provision.manage] user={u2}: nothing / unchanged
-- service[provision.manage] version=null user={new} name=N ext=null called=New mail='n@example.org' attrs={}: 1 / +a belongs N; +a member made requester v1 https://issuer.example#N; +a person made New n@example.org N v1; +a trail contact.created allow provision.manage service contact 1 {}; +a trail member.added allow provision.manage service member 1 {"role": "requester"}; +a user new is made: N/- true N requester v1
-- service[provision.manage] version=null user={new} name=N ext='new' called=New mail=null attrs={}: 1 / +a belongs new; +a member made requester v1 https://issuer.example#new; +a person made New - new v1; +a trail contact.created allow provision.manage service contact 1 {}; +a trail member.added allow provision.manage service member 1 {"role": "requester"}; +a user new is made: N/new true new requester v1
-- service[provision.manage] version=null user={new} name=N ext='new' active=false called=New mail=null attrs={}: 1 / +a person made New - new v1; +a trail contact.created allow provision.manage service contact 1 {}; +a user new is made: N/new false new requester v1
-- service[provision.manage] version=null user={new} name=N ext='agent': !RF012
-- service[provision.manage] version=null user={new} name=N ext='outsider' mail=null: 1 / +a member made agent v1 https://issuer.example#outsider; +a person made P1 - outsider v1; +a trail contact.created allow provision.manage service contact 1 {}; +a trail member.added allow provision.manage service member 1 {"role": "agent"}; +a user new is made: N/outsider true outsider agent v1
-- service[provision.manage] version=null user={new} name=u1 ext='new': !23505 scim_users_user_name_key
-- service[provision.manage] version=null user={new} name=N: !23505 scim_users_contact_key
-- service[provision.manage] version=null user={new} name=N ext='p7' active=false before=select/**/pg_temp.former(): 1 / -a person p2 Former - p7 v1; +a person p2 P1 - p7 v2; +a trail contact.updated allow provision.manage service contact 2 {"fields": ["name"]}; +a user new is p2: N/p7 false p7 agent v1
-- service[provision.manage] version=null user={new} name=N ext='p7' before=select/**/pg_temp.former(): 1 / +a belongs p7; +a member p2 agent v1 https://issuer.example#p7; -a person p2 Former - p7 v1; +a person p2 P1 - p7 v2; +a trail contact.updated allow provision.manage service contact 2 {"fields": ["name"]}; +a trail member.added allow provision.manage service member 1 {"role": "agent"}; +a user new is p2: N/p7 true p7 agent v1
-- owner admin agent service[member.manage] nobody: nothing / unchanged
-- analyst auditor_login operator: !42501

-- play: a user is ended with their access
-- before:
select pg_temp.provisioned(); <before>;
-- sql:
select u.scim_user_id, u.version from ringfence.deprovision_user('<user>', <version>) u;
-- after:
select pg_temp.seen();
-- let: before=select user={u1} version=1
-- service[provision.manage]: u1|1 / -a belongs p1; -a group sg1 is queue: queue/x1 v1; +a group sg1 is queue: queue/x1 v2 now; -a holds sg1: u1; -a member p1 agent v1 https://issuer.example#p1; +a ticket 1 - v2; -a ticket 1 p1 v1; -a token p1; +a told ticket1 ticket.assigned service internal 2 {"assignee_id": ["p1", null]}; +a trail member.removed allow provision.manage service member 1 {}; +a trail provisioning.group_updated allow provision.manage service scim_group 2 {"users": 0, "group_id": "queue"}; +a trail ticket.assigned allow provision.manage service ticket 2 {"fields": ["assignee_id"]}; -a user u1 is p1: U1/p1 true p1 agent grouped v1; -a works queue
-- service[provision.manage] version=null: u1|1 / -a belongs p1; -a group sg1 is queue: queue/x1 v1; +a group sg1 is queue: queue/x1 v2 now; -a holds sg1: u1; -a member p1 agent v1 https://issuer.example#p1; +a ticket 1 - v2; -a ticket 1 p1 v1; -a token p1; +a told ticket1 ticket.assigned service internal 2 {"assignee_id": ["p1", null]}; +a trail member.removed allow provision.manage service member 1 {}; +a trail provisioning.group_updated allow provision.manage service scim_group 2 {"users": 0, "group_id": "queue"}; +a trail ticket.assigned allow provision.manage service ticket 2 {"fields": ["assignee_id"]}; -a user u1 is p1: U1/p1 true p1 agent grouped v1; -a works queue
-- service[provision.manage] version=2: nothing / unchanged
-- service[provision.manage] user={u2}: nothing / unchanged
-- service[provision.manage] before=update/**/ringfence.members/**/set/**/role='owner'/**/where/**/provisioned: !RF012
-- service[provision.manage] before=update/**/ringfence.members/**/set/**/role='light_agent'/**/where/**/provisioned: u1|1 / -a belongs p1; -a group sg1 is queue: queue/x1 v1; +a group sg1 is queue: queue/x1 v2 now; -a holds sg1: u1; -a member p1 agent v1 https://issuer.example#p1; +a ticket 1 - v2; -a ticket 1 p1 v1; -a token p1; +a told ticket1 ticket.assigned service internal 2 {"assignee_id": ["p1", null]}; +a trail member.removed allow provision.manage service member 1 {}; +a trail provisioning.group_updated allow provision.manage service scim_group 2 {"users": 0, "group_id": "queue"}; +a trail ticket.assigned allow provision.manage service ticket 2 {"fields": ["assignee_id"]}; -a user u1 is p1: U1/p1 true p1 agent grouped v1; -a works queue; -b member p1 agent v1 https://issuer.example#p1; +b member p1 light_agent v1 https://issuer.example#p1
-- service[provision.manage] before=update/**/ringfence.members/**/set/**/role='requester'/**/where/**/provisioned: u1|1 / -a belongs p1; -a group sg1 is queue: queue/x1 v1; +a group sg1 is queue: queue/x1 v2 now; -a holds sg1: u1; -a member p1 agent v1 https://issuer.example#p1; +a ticket 1 - v2; -a ticket 1 p1 v1; -a token p1; +a told ticket1 ticket.assigned service internal 2 {"assignee_id": ["p1", null]}; +a trail member.removed allow provision.manage service member 1 {}; +a trail provisioning.group_updated allow provision.manage service scim_group 2 {"users": 0, "group_id": "queue"}; +a trail ticket.assigned allow provision.manage service ticket 2 {"fields": ["assignee_id"]}; -a user u1 is p1: U1/p1 true p1 agent grouped v1; -a works queue; -b member p1 agent v1 https://issuer.example#p1; +b member p1 requester v1 https://issuer.example#p1
-- service[provision.manage] before=update/**/ringfence.members/**/set/**/role='admin'/**/where/**/provisioned: !RF012
-- service[provision.manage] before=update/**/ringfence.members/**/set/**/provisioned=false: !RF012
-- service[provision.manage] before=select/**/pg_temp.gone(): u1|1 / -a group sg1 is queue: queue/x1 v1; +a group sg1 is queue: queue/x1 v2 now; -a holds sg1: u1; +a trail provisioning.group_updated allow provision.manage service scim_group 2 {"users": 0, "group_id": "queue"}; -a user u1 is p1: U1/p1 true p1 agent grouped v1
-- owner admin agent service[member.manage] nobody: nothing / unchanged
-- analyst auditor_login operator: !42501

-- play: a group is changed and made, and who works its queue
-- before:
select pg_temp.provisioned(); <before>;
-- sql:
select g.version from ringfence.provision_group('<group>', <version>, '<name>', <ext>, '<users>') g;
-- after:
select pg_temp.seen();
-- let: before=select group={sg1} version=1 name=queue ext='x1' users={{u1}}
-- service[provision.manage]: 1 / unchanged
-- service[provision.manage] version=2: nothing / unchanged
-- service[provision.manage] name=Other ext=null: 2 / +a group sg1 is queue: Other/- v2 now; -a group sg1 is queue: queue/x1 v1; +a queue queue Other v2; -a queue queue queue v1; -a user u1 is p1: U1/p1 true p1 agent grouped v1; +a user u1 is p1: U1/p1 true p1 agent grouped v2 now
-- service[provision.manage] users={}: 2 / -a group sg1 is queue: queue/x1 v1; +a group sg1 is queue: queue/x1 v2 now; -a holds sg1: u1; -a member p1 agent v1 https://issuer.example#p1; +a member p1 light_agent v2 https://issuer.example#p1; +a trail member.updated allow provision.manage service member 2 {"fields": ["groups", "role"]}; -a user u1 is p1: U1/p1 true p1 agent grouped v1; +a user u1 is p1: U1/p1 true p1 agent grouped v2 now; -a works queue
-- service[provision.manage] users={} before=update/**/ringfence.members/**/set/**/role='admin'/**/where/**/provisioned: 2 / -a group sg1 is queue: queue/x1 v1; +a group sg1 is queue: queue/x1 v2 now; -a holds sg1: u1; +a member p1 admin v1 https://issuer.example#p1; -a member p1 agent v1 https://issuer.example#p1; -a user u1 is p1: U1/p1 true p1 agent grouped v1; +a user u1 is p1: U1/p1 true p1 agent grouped v2 now; +b member p1 admin v1 https://issuer.example#p1; -b member p1 agent v1 https://issuer.example#p1
-- service[provision.manage] users={} before=update/**/ringfence.members/**/set/**/provisioned=false: 2 / -a group sg1 is queue: queue/x1 v1; +a group sg1 is queue: queue/x1 v2 now; -a holds sg1: u1; -a member p1 agent v1 https://issuer.example#p1; -a user u1 is p1: U1/p1 true p1 agent grouped v1; +a user u1 is p1: U1/p1 true p1 agent grouped v2 now; -b member p1 agent v1 https://issuer.example#p1
-- service[provision.manage] users={} before=insert/**/into/**/ringfence.group_members/**/select/**/tenant_id,'{p1}','{first}'/**/from/**/ringfence.tenants: 2 / -a group sg1 is queue: queue/x1 v1; +a group sg1 is queue: queue/x1 v2 now; -a holds sg1: u1; -a member p1 agent v1 https://issuer.example#p1; +a member p1 agent v2 https://issuer.example#p1; +a trail member.updated allow provision.manage service member 2 {"fields": ["groups"]}; -a user u1 is p1: U1/p1 true p1 agent grouped v1; +a user u1 is p1: U1/p1 true p1 agent grouped v2 now; -a works queue; +b works first,queue; -b works queue
-- service[provision.manage] users={{u2}}: !23503 scim_group_members_user_fkey
-- service[provision.manage] users={{u1},{absent}}: !23503 scim_group_members_user_fkey
-- service[provision.manage] group={absent}: nothing / unchanged
-- service[provision.manage] name=Other before=update/**/ringfence.groups/**/set/**/name='ours'/**/where/**/name='queue': 2 / +a group sg1 is queue: Other/x1 v2 now; -a group sg1 is queue: queue/x1 v1; +a queue queue Other v2; -a queue queue queue v1; -a user u1 is p1: U1/p1 true p1 agent grouped v1; +a user u1 is p1: U1/p1 true p1 agent grouped v2 now; +b queue queue ours v1; -b queue queue queue v1
-- service[provision.manage] before=update/**/ringfence.groups/**/set/**/name='ours'/**/where/**/name='queue': 1 / +a queue queue ours v1; -a queue queue queue v1; +b queue queue ours v1; -b queue queue queue v1
-- service[provision.manage] version=null group={new} name=made ext='x2': 1 / +a group new is made: made/x2 v1; +a holds new: u1; -a member p1 agent v1 https://issuer.example#p1; +a member p1 agent v2 https://issuer.example#p1; +a queue made made v1; +a trail member.updated allow provision.manage service member 2 {"fields": ["groups"]}; -a user u1 is p1: U1/p1 true p1 agent grouped v1; +a user u1 is p1: U1/p1 true p1 agent grouped v2 now; -a works queue; +a works queue,made
-- service[provision.manage] version=null group={new} name=first ext='x2': !23505 groups_name_key
-- service[provision.manage] version=null group={new} name=made ext='x1': !23505 scim_groups_external_key
-- service[provision.manage] version=null group={new} name=made ext=null users={{u1}} before=update/**/ringfence.scim_users/**/set/**/grouped=false: 1 / +a group new is made: made/- v1; +a holds new: u1; -a member p1 agent v1 https://issuer.example#p1; +a member p1 agent v2 https://issuer.example#p1; +a queue made made v1; +a trail member.updated allow provision.manage service member 2 {"fields": ["groups"]}; -a user u1 is p1: U1/p1 true p1 agent grouped v1; +a user u1 is p1: U1/p1 true p1 agent grouped v2 now; -a works queue; +a works queue,made; -b user u1 is p1: U1/p1 true p1 agent grouped v1; +b user u1 is p1: U1/p1 true p1 agent v1
-- owner admin agent service[member.manage,group.manage] nobody: nothing / unchanged
-- analyst auditor_login operator: !42501

-- play: a group is ended, and its queue if nobody needs it
-- before:
select pg_temp.provisioned(); <before>;
-- sql:
select g.scim_group_id, g.version from ringfence.deprovision_group('<group>', <version>) g;
-- after:
select pg_temp.seen();
-- let: before=select group={sg1} version=1
-- service[provision.manage]: sg1|1 / -a group sg1 is queue: queue/x1 v1; -a holds sg1: u1; -a member p1 agent v1 https://issuer.example#p1; +a member p1 light_agent v2 https://issuer.example#p1; -a queue queue queue v1; +a trail member.updated allow provision.manage service member 2 {"fields": ["groups", "role"]}; -a user u1 is p1: U1/p1 true p1 agent grouped v1; +a user u1 is p1: U1/p1 true p1 agent grouped v2 now; -a works queue
-- service[provision.manage] version=null: sg1|1 / -a group sg1 is queue: queue/x1 v1; -a holds sg1: u1; -a member p1 agent v1 https://issuer.example#p1; +a member p1 light_agent v2 https://issuer.example#p1; -a queue queue queue v1; +a trail member.updated allow provision.manage service member 2 {"fields": ["groups", "role"]}; -a user u1 is p1: U1/p1 true p1 agent grouped v1; +a user u1 is p1: U1/p1 true p1 agent grouped v2 now; -a works queue
-- service[provision.manage] version=2: nothing / unchanged
-- service[provision.manage] group={absent}: nothing / unchanged
-- service[provision.manage] before=update/**/ringfence.tickets/**/set/**/group_id='{queue}'/**/where/**/number=2: sg1|1 / -a group sg1 is queue: queue/x1 v1; -a holds sg1: u1; -a member p1 agent v1 https://issuer.example#p1; +a member p1 light_agent v2 https://issuer.example#p1; +a trail member.updated allow provision.manage service member 2 {"fields": ["groups", "role"]}; -a user u1 is p1: U1/p1 true p1 agent grouped v1; +a user u1 is p1: U1/p1 true p1 agent grouped v2 now; -a works queue
-- service[provision.manage] before=update/**/ringfence.tickets/**/set/**/group_id='{queue}'/**/where/**/number=2/**/and/**/tenant_id='{globex}': sg1|1 / -a group sg1 is queue: queue/x1 v1; -a holds sg1: u1; -a member p1 agent v1 https://issuer.example#p1; +a member p1 light_agent v2 https://issuer.example#p1; -a queue queue queue v1; +a trail member.updated allow provision.manage service member 2 {"fields": ["groups", "role"]}; -a user u1 is p1: U1/p1 true p1 agent grouped v1; +a user u1 is p1: U1/p1 true p1 agent grouped v2 now; -a works queue
-- service[provision.manage] before=insert/**/into/**/ringfence.group_members/**/select/**/tenant_id,'{agent}','{queue}'/**/from/**/ringfence.tenants: sg1|1 / -a group sg1 is queue: queue/x1 v1; -a holds sg1: u1; -a member p1 agent v1 https://issuer.example#p1; +a member p1 light_agent v2 https://issuer.example#p1; +a trail member.updated allow provision.manage service member 2 {"fields": ["groups", "role"]}; -a user u1 is p1: U1/p1 true p1 agent grouped v1; +a user u1 is p1: U1/p1 true p1 agent grouped v2 now
-- owner admin agent service[member.manage,group.manage] nobody: nothing / unchanged
-- analyst auditor_login operator: !42501

-- play: whose turn it is to provision
select case ringfence.provisioning_turn() when '{acme}' then 'acme' when '{globex}' then 'globex' else 'nobodys' end;
-- service[provision.manage]: acme
-- owner admin agent service[member.manage] nobody: nobodys
-- analyst auditor_login operator: !42501

-- play: the turn is asked for by its tenant
-- query: scim/take_turn.sql
-- show: tenant_id
-- let: 1={acme}
-- service[provision.manage]: acme
-- service[provision.manage] 1={globex}: nothing
-- owner admin agent service[member.manage] nobody: nothing

-- play: who sees what is provisioned
-- before:
select pg_temp.provisioned();
-- sql:
select count(*), (select count(*) from ringfence.scim_groups), (select count(*) from ringfence.scim_group_members) from ringfence.scim_users;
-- but: policies
-- service[provision.manage]: 1|1|1
-- owner admin agent requester auditor service[member.manage,settings.read] nobody: 0|0|0

-- play: who reads the settings of provisioning
-- before:
select pg_temp.provisioned();
-- sql:
select count(*) from ringfence.provisioning_settings;
-- but: policies
-- owner admin auditor service[settings.read]: 1
-- agent requester light_agent service[provision.manage] nobody: 0

-- play: who sets the settings of provisioning
insert into ringfence.provisioning_settings (tenant_id, issuer, default_role, role_map) values ('<tenant>', '<issuer>', '<role>', '<map>');
-- effects
-- let: tenant={acme} issuer=https://issuer.example role=requester map={"Support":"agent"}
-- owner service[settings.change,owner.manage]: #1 / provisioning_settings a+1
-- admin agent service[settings.change] service[owner.manage] service[provision.manage] nobody: !42501
-- owner tenant={globex}: !42501
-- owner role=admin: !23514 provisioning_settings_role_may_be_given
-- owner role=owner: !23514 provisioning_settings_role_may_be_given
-- owner role=light_agent map={}: #1 / provisioning_settings a+1
-- owner role=agent map={"a":"light_agent","b":"requester"}: #1 / provisioning_settings a+1
-- owner map={"a":"admin"}: !23514 provisioning_settings_map_gives_roles
-- owner map={"a":["agent"]}: !23514 provisioning_settings_map_gives_roles
-- owner map={"a":7}: !23514 provisioning_settings_map_gives_roles
-- owner map=["agent"]: !23514 provisioning_settings_map_gives_roles
-- owner issuer=: !23514 provisioning_settings_issuer_is_short

-- play: who changes the settings of provisioning, blindly
-- before:
select pg_temp.provisioned();
-- sql:
update ringfence.provisioning_settings set <set>;
-- let: set=issuer='x',version=2
-- owner service[settings.change,owner.manage]: #1
-- admin service[settings.change] service[owner.manage] service[provision.manage] nobody: #0
-- owner set=tenant_id='{globex}': !42501

-- play: what only the functions write is nobody's to write
<write>;
-- let: write=delete/**/from/**/ringfence.scim_users
-- owner service[provision.manage]: !42501
-- owner service[provision.manage] write=delete/**/from/**/ringfence.scim_groups: !42501
-- owner service[provision.manage] write=delete/**/from/**/ringfence.scim_group_members: !42501
-- owner service[provision.manage] write=update/**/ringfence.scim_users/**/set/**/active=true: !42501
-- owner service[provision.manage] write=update/**/ringfence.scim_groups/**/set/**/version=1: !42501
-- owner service[provision.manage] write=insert/**/into/**/ringfence.scim_users/**/default/**/values: !42501
-- owner service[provision.manage] write=insert/**/into/**/ringfence.scim_groups/**/default/**/values: !42501
-- owner service[provision.manage] write=insert/**/into/**/ringfence.scim_group_members/**/default/**/values: !42501
-- owner write=update/**/ringfence.members/**/set/**/provisioned=true: !42501
-- owner write=delete/**/from/**/ringfence.provisioning_settings: !42501
