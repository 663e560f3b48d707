//! Attack 18, a child whose parent its writer does not see: every role against every child table, with right and with guessed door columns.

use crate::play::{DENIED, Play, code, set};
use ringfence_tests::world::{PEOPLE, Tenant};
use std::collections::BTreeSet;
use tokio_postgres::Client;
use uuid::Uuid;

const COMMENT: &str = "insert into ringfence.comments (tenant_id, comment_id, ticket_id, requester_id, group_key, author_id, visibility, body) values ($1, gen_random_uuid(), $2, $3, $4, $5, $6, 'planted')";
const EVENT: &str = "insert into ringfence.ticket_events (tenant_id, ticket_event_id, ticket_id, requester_id, group_key, actor_id, kind, visibility, version) values ($1, gen_random_uuid(), $2, $3, $4, $5, 'comment.created', $6, 1)";
const GROUP_MEMBER: &str = "insert into ringfence.group_members (tenant_id, member_id, group_id) values ($1, $2, $3)";
/// A foreign key without its parent.
const NO_PARENT: &str = "23503";

struct Parent {
    tenant: Uuid,
    ticket: Uuid,
    requester: Uuid,
    group_key: Uuid,
}

fn parents(tenant: &Tenant) -> Vec<Parent> {
    let of = |ticket, requester, group_key| Parent { tenant: tenant.id, ticket, requester, group_key };
    vec![
        of(tenant.ticket, tenant.contact, tenant.groups["first"]),
        of(tenant.other_ticket, tenant.contact, tenant.groups["second"]),
        of(tenant.own_ticket, tenant.members["requester"], Uuid::nil()),
        of(Uuid::now_v7(), tenant.contact, Uuid::nil()),
    ]
}

async fn refused_with(client: &Client, sql: &str, params: &[&(dyn tokio_postgres::types::ToSql + Sync)]) -> Option<String> {
    client.batch_execute("savepoint attempt").await.unwrap();
    let outcome = client.execute(sql, params).await;
    client.batch_execute("rollback to attempt; release attempt").await.unwrap();
    outcome.err().map(|error| code(&error))
}

#[tokio::test]
async fn no_role_hangs_a_comment_or_an_event_on_a_ticket_it_does_not_see() {
    let play = Play::new().await;
    let (acme, globex) = (play.acme().clone(), play.globex().clone());
    let client = play.app().await;
    let mut tried = 0;
    for role in PEOPLE {
        play.enter(&client, "acme", role).await;
        let me = acme.members[role];
        let visible: BTreeSet<Uuid> = set(&client.query("select ticket_id from ringfence.tickets", &[]).await.unwrap());
        let hidden: Vec<Parent> = parents(&acme).into_iter().chain(parents(&globex)).filter(|p| !visible.contains(&p.ticket)).collect();
        assert!(hidden.len() >= 5);
        for parent in &hidden {
            for tenant in [acme.id, parent.tenant] {
                for requester in [parent.requester, me, acme.contact, acme.members["requester"]] {
                    for group in [parent.group_key, acme.groups["first"], acme.groups["second"], Uuid::nil()] {
                        for author in [me, parent.requester, acme.members["agent"]] {
                            for visibility in ["public", "internal"] {
                                for sql in [COMMENT, EVENT] {
                                    let code = refused_with(&client, sql, &[&tenant, &parent.ticket, &requester, &group, &author, &visibility]).await;
                                    assert!(matches!(code.as_deref(), Some(DENIED | NO_PARENT)), "{role} on {}: {code:?}\n{sql}", parent.ticket);
                                    tried += 1;
                                }
                            }
                        }
                    }
                }
            }
        }
        client.batch_execute("rollback").await.unwrap();
    }
    assert!(tried > 5_000, "{tried}");
}

#[tokio::test]
async fn a_guessed_requester_or_group_does_not_open_a_visible_ticket_either() {
    let play = Play::new().await;
    let acme = play.acme().clone();
    let client = play.app().await;
    for role in PEOPLE {
        play.enter(&client, "acme", role).await;
        let me = acme.members[role];
        for parent in parents(&acme) {
            for (requester, group) in [(me, parent.group_key), (parent.requester, acme.groups["second"]), (acme.members["owner"], Uuid::nil()), (parent.requester, acme.groups["first"])] {
                if (requester, group) == (parent.requester, parent.group_key) {
                    continue;
                }
                for sql in [COMMENT, EVENT] {
                    let code = refused_with(&client, sql, &[&acme.id, &parent.ticket, &requester, &group, &me, &"public"]).await;
                    assert!(matches!(code.as_deref(), Some(DENIED | NO_PARENT)), "{role}: {code:?}");
                }
            }
        }
        client.batch_execute("rollback").await.unwrap();
    }
}

#[tokio::test]
async fn a_child_follows_its_ticket_out_of_sight_and_cannot_be_pointed_elsewhere() {
    let play = Play::new().await;
    let acme = play.acme().clone();
    play.admin.execute("update ringfence.tickets set group_id = $3 where tenant_id = $1 and ticket_id = $2", &[&acme.id, &acme.ticket, &acme.groups["second"]]).await.unwrap();
    let client = play.entered("acme", "grouped_agent").await;
    for table in ["tickets", "comments", "ticket_events"] {
        assert!(client.query(&format!("select 1 from ringfence.{table}"), &[]).await.unwrap().is_empty(), "{table}");
    }
    client.batch_execute("rollback").await.unwrap();
    for role in PEOPLE {
        for sql in ["update ringfence.comments set group_key = group_key", "update ringfence.comments set body = 'x'", "delete from ringfence.comments", "update ringfence.ticket_events set changes = '{}'", "delete from ringfence.ticket_events", "delete from ringfence.tickets"] {
            play.enter(&client, "acme", role).await;
            assert_eq!(code(&client.execute(sql, &[]).await.unwrap_err()), DENIED, "{role}: {sql}");
            client.batch_execute("rollback").await.unwrap();
        }
    }
}

#[tokio::test]
async fn nobody_puts_anybody_into_a_group_they_do_not_manage() {
    let play = Play::new().await;
    let (acme, globex) = (play.acme().clone(), play.globex().clone());
    let client = play.app().await;
    for role in PEOPLE {
        play.enter(&client, "acme", role).await;
        let manages = ["owner", "admin"].contains(&role);
        for tenant in [acme.id, globex.id] {
            for member in [acme.members[role], acme.members["requester"], globex.members["agent"], globex.members[role], acme.contact] {
                for group in [acme.groups["second"], globex.groups["first"], Uuid::now_v7()] {
                    let own = tenant == acme.id && acme.members.values().any(|m| *m == member) && group == acme.groups["second"];
                    let code = refused_with(&client, GROUP_MEMBER, &[&tenant, &member, &group]).await;
                    if manages && own {
                        assert_eq!(code, None, "{role}");
                    } else {
                        assert!(matches!(code.as_deref(), Some(DENIED | NO_PARENT)), "{role}: {code:?}");
                    }
                }
            }
        }
        client.batch_execute("rollback").await.unwrap();
    }
}
