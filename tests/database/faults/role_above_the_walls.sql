-- Seeds: another role stands above the walls. Each part is rolled back by the test.
create role stranger login createrole;
--- fires
create role stranger login;
do $$ begin execute format('grant %s to stranger', 10::regrole); end $$;
--- fires
create role chief superuser;
create role friend in role chief;
create role stranger login noinherit in role friend;
--- fires
create role passer bypassrls;
create role stranger login in role passer;
--- quiet
create role neighbour createdb;
create role stranger login in role neighbour;
