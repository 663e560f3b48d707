-- Who is invited takes their place in the tenant_id that the secret names. $1 a token of the purpose invitation.accept.
select outcome, member_id, role from ringfence.accept_invitation($1)
