-- Seeds: a foreign key deletes or blanks rows on its own. Rolled back by the test.
alter table ringfence.comments drop constraint comments_author_fkey,
    add constraint comments_author_fkey foreign key (tenant_id, author_id) references ringfence.contacts on delete set null;
