-- Not for the tenant entered: a command takes its turn in $1 tenant_id before it is anybody there. $2 command.
select ringfence.command_turn($1, $2) as is_taken
