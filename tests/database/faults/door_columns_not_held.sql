-- Seeds: a child's door columns are not held to its ticket. Rolled back by the test.
alter table ringfence.comments drop constraint comments_ticket_fkey,
    add constraint comments_ticket_fkey foreign key (tenant_id, ticket_id) references ringfence.tickets;
