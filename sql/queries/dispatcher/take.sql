-- Takes up what is to be carried to another tenant, as the dispatcher: the letter, nothing to send (empty), or nothing due (null).
-- No tenant_id: the function enters the tenant of what it takes, and shows the dispatcher nothing of it.
select ringfence.take_crossing() as letter
