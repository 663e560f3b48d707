-- Takes up what is to be carried to another tenant, as the dispatcher: the letter, nothing to send (empty), or nothing due (null).
select ringfence.take_crossing() as letter
