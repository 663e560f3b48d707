//! Who sends: nobody what their doors do not let them, an internal note never, and nobody who lost the right since.

use super::{Post, REVOKE, SHARE};
use crate::play::{DENIED, one};
use ringfence_store::command::Removal;
use uuid::Uuid;

#[tokio::test]
async fn injected_sql_sends_nothing_that_its_doors_do_not_let_it() {
    let post = Post::new().await;
    let agreement = post.agreed("both", &["subject"]).await;
    let (acme, globex) = (post.play.acme().clone(), post.holdings("globex").await);
    let link = |extra: &str, values: &str, ticket: Uuid, who: &str| format!(
        "insert into ringfence.ticket_links (tenant_id, link_id, agreement_id, ticket_id, requester_id, group_key, created_by{extra})
         select t.tenant_id, gen_random_uuid(), '{agreement}', '{ticket}', coalesce(t.requester_id, '{ticket}'), t.group_key, {who}{values} from ringfence.tickets t limit 1", extra = extra);
    // Not as delivered, not as come in, not on a ticket of another group, not as somebody else, not without the right.
    assert_eq!(post.injected("acme", "agent", &link(", state", ", 'delivered'", acme.ticket, "ringfence.member()")).await, DENIED);
    assert_eq!(post.injected("acme", "agent", &link(", direction", ", 'incoming'", acme.ticket, "ringfence.member()")).await, DENIED);
    assert_eq!(post.injected("acme", "agent", &link("", "", acme.ticket, &format!("'{}'", acme.members["owner"]))).await, DENIED);
    for role in ["light_agent", "requester", "auditor", "service"] {
        assert_eq!(post.injected("acme", role, &link("", "", acme.ticket, "ringfence.member()")).await, DENIED, "{role}");
    }
    let elsewhere = format!("insert into ringfence.ticket_links (tenant_id, link_id, agreement_id, ticket_id, requester_id, group_key, created_by) values (ringfence.tenant_id(), gen_random_uuid(), '{agreement}', '{}', '{}', '{}', ringfence.member())", acme.other_ticket, acme.contact, acme.groups["second"]);
    assert_eq!(post.injected("acme", "grouped_agent", &elsewhere).await, DENIED);
    // Nor under one's own group: the key holds the link to its ticket.
    assert_eq!(post.injected("acme", "grouped_agent", &elsewhere.replace(&acme.groups["second"].to_string(), &acme.groups["first"].to_string())).await, "23503");
    for sql in [
        "update ringfence.agreements set fields = '{subject,body}'".to_owned(), "update ringfence.agreements set revoked_at = null, revoked_by = null".into(), "delete from ringfence.agreements".into(),
        "update ringfence.ticket_links set state = 'delivered'".into(), "update ringfence.comment_shares set state = 'delivered'".into(),
        "insert into ringfence.agreements (tenant_id, agreement_id, partner_slug, direction, actions, fields, expires_at, consented_by, partner_consented_at) values (ringfence.tenant_id(), gen_random_uuid(), 'globex', 'both', '{ticket.escalate}', '{}', '2099-01-01', ringfence.member(), now())".to_owned(),
        format!("insert into ringfence.agreements (tenant_id, agreement_id, partner_slug, direction, actions, fields, expires_at, consented_by, partner_id) values (ringfence.tenant_id(), gen_random_uuid(), 'globex', 'both', '{{ticket.escalate}}', '{{}}', '2099-01-01', ringfence.member(), '{}')", post.id("globex")),
    ] {
        assert_eq!(post.injected("acme", "owner", &sql).await, DENIED, "{sql}");
    }
    // An agent consents to nothing, revokes nothing, and proposes nothing.
    for sql in [format!("select ringfence.consent_agreement('{}', 1)", acme.proposal), format!("select ringfence.revoke_agreement('{agreement}', 2)")] {
        assert_eq!(post.injected("acme", "admin", &sql).await, "worked");
    }
    let still: i64 = one(&post.play.admin, "select count(*) from ringfence.agreements where tenant_id = $1 and (agreement_id = $2 and revoked_at is null or agreement_id = $3 and consented_at is null)", &[&acme.id, &agreement, &acme.proposal]).await;
    assert_eq!(still, 2);
    assert_eq!(post.injected("acme", "admin", "insert into ringfence.agreements (tenant_id, agreement_id, partner_slug, direction, actions, fields, expires_at, consented_by) values (ringfence.tenant_id(), gen_random_uuid(), 'globex', 'both', '{ticket.escalate}', '{}', '2099-01-01', ringfence.member())").await, DENIED);
    // Posting what is not there, not pending or another tenant's puts nothing into the queue.
    for id in [Uuid::now_v7(), acme.proposal, post.play.globex().agreement, acme.ticket] {
        assert_eq!(post.injected("acme", "requester", &format!("select ringfence.post_crossing('{id}')")).await, "worked");
    }
    assert_eq!(post.take().await, None);
    assert_eq!(post.holdings("globex").await, globex);
}

#[tokio::test]
async fn an_internal_note_put_into_a_share_by_hand_stays_where_it_is() {
    let post = Post::new().await;
    let agreement = post.agreed("both", &["subject"]).await;
    let acme = post.play.acme().clone();
    let link = post.escalate("acme", acme.ticket, agreement).await;
    post.carry().await;
    let before = post.holdings("globex").await;
    for comment in [acme.comments[0].1, acme.comments[1].0, acme.comments[2].0] {
        let share = Uuid::now_v7();
        let sql = format!("insert into ringfence.comment_shares (tenant_id, share_id, link_id, comment_id, ticket_id, requester_id, group_key, created_by)
            select t.tenant_id, '{share}', '{link}', '{comment}', t.ticket_id, t.requester_id, t.group_key, ringfence.member() from ringfence.tickets t where t.ticket_id = '{}';
            select ringfence.post_crossing('{share}')", acme.ticket);
        assert_eq!(post.injected("acme", "agent", &sql).await, "worked");
        post.carry().await;
        assert_eq!(post.state("acme", share).await, "refused not_public", "{comment}");
    }
    // The service's own statement makes no such share at all, and one of the public comment arrives once.
    post.play.enter(&post.app, "acme", "agent").await;
    assert!(post.app.query(SHARE, &[&acme.id, &acme.ticket, &acme.comments[0].1, &agreement, &Uuid::now_v7()]).await.unwrap().is_empty());
    let share = Uuid::now_v7();
    assert_eq!(post.app.query(SHARE, &[&acme.id, &acme.ticket, &acme.comments[0].0, &agreement, &share]).await.unwrap().len(), 1);
    post.app.batch_execute("commit").await.unwrap();
    assert_eq!(post.holdings("globex").await, before);
    let letter = post.letter().await;
    let receipts = [post.deliver(&letter).await.unwrap(), post.deliver(&letter).await.unwrap()];
    let arrived = "select count(*) from ringfence.comments where tenant_id = $1 and body like 'canary-acme-public-%'";
    assert_eq!(one::<i64>(&post.play.admin, arrived, &[&post.id("globex")]).await, 1);
    post.complete(receipts[1].as_deref().unwrap()).await.unwrap();
    assert_eq!(post.state("acme", share).await, "delivered");
}

#[tokio::test]
async fn who_lost_the_right_since_sends_nothing() {
    let post = Post::new().await;
    let agreement = post.agreed("both", &["subject"]).await;
    let acme = post.play.acme().clone();
    let before = post.holdings("globex").await;
    let demoted = "update ringfence.members set role = 'light_agent' where tenant_id = $1 and member_id = $2";
    let restored = "update ringfence.members set role = 'agent' where tenant_id = $1 and member_id = $2";
    let link = post.escalate("acme", acme.ticket, agreement).await;
    post.play.admin.execute(demoted, &[&acme.id, &acme.members["agent"]]).await.unwrap();
    post.carry().await;
    assert_eq!(post.state("acme", link).await, "refused sender_may_not");
    post.play.admin.execute(restored, &[&acme.id, &acme.members["agent"]]).await.unwrap();
    let link = post.escalate("acme", acme.ticket, agreement).await;
    assert_eq!(post.play.installation.operator().await.remove_member(acme.id.into(), acme.members["agent"].into()).await.unwrap(), Removal::Removed);
    post.carry().await;
    assert_eq!(post.state("acme", link).await, "refused sender_may_not");
    assert_eq!(post.holdings("globex").await, before);
}

#[tokio::test]
async fn a_suspended_tenant_neither_sends_nor_takes_in_and_what_waits_is_not_lost() {
    let post = Post::new().await;
    let agreement = post.agreed("both", &["subject"]).await;
    let operator = post.play.installation.operator().await;
    let before = post.holdings("globex").await;
    let link = post.escalate("acme", post.play.acme().ticket, agreement).await;
    operator.suspend_tenant(post.id("acme").into(), true).await.unwrap();
    assert_eq!(post.take().await.as_deref(), Some(""));
    operator.suspend_tenant(post.id("acme").into(), false).await.unwrap();
    operator.suspend_tenant(post.id("globex").into(), true).await.unwrap();
    let letter = post.letter().await;
    assert_eq!(post.deliver(&letter).await.unwrap(), None);
    assert_eq!((post.holdings("globex").await, post.state("acme", link).await.as_str()), (before, "pending"));
    operator.suspend_tenant(post.id("globex").into(), false).await.unwrap();
    post.carry().await;
    assert_eq!(post.state("acme", link).await, "delivered");
}

#[tokio::test]
async fn a_backlog_holds_up_its_own_tenant_and_nobody_else() {
    let post = Post::new().await;
    let agreement = post.agreed("both", &["subject"]).await;
    // Whichever of the two comes first in the order of turns.
    for (busy, quiet) in [("acme", "globex"), ("globex", "acme")] {
        let backlog = "insert into ringfence.crossing_queue (tenant_id, intent_id, agreement_id, kind, due_at)
                       select $1, gen_random_uuid(), gen_random_uuid(), 'agreement', now() - interval '1 hour' from generate_series(1, 50)";
        post.play.admin.execute(backlog, &[&post.id(busy)]).await.unwrap();
        post.escalate(quiet, post.play.world.tenant(quiet).ticket, agreement).await;
        let mut taken = Vec::new();
        for _ in 0..3 {
            taken.push(one::<Option<String>>(&post.dispatcher, "select ringfence.take_crossing()", &[]).await.expect("something is due"));
        }
        assert!(taken.iter().any(|letter| letter.contains(quiet)), "{quiet} waits for {busy}: {taken:?}");
        post.carry().await;
    }
}

#[tokio::test]
async fn what_the_sender_holds_on_to_is_left_for_later_and_keeps_nobody_waiting() {
    let post = Post::new().await;
    let agreement = post.agreed("both", &["subject"]).await;
    let link = post.escalate("acme", post.play.acme().ticket, agreement).await;
    assert_eq!(post.decide("acme", agreement, REVOKE).await, 1);
    let holder = post.play.installation.admin().await;
    holder.batch_execute(&format!("begin; select from ringfence.ticket_links where link_id = '{link}' for no key update")).await.unwrap();
    // Whatever waited for the lock would be an error.
    post.dispatcher.batch_execute("set lock_timeout = '1ms'").await.unwrap();
    for _ in 0..3 {
        post.take().await;
    }
    assert_eq!(post.state("acme", link).await, "pending");
    holder.batch_execute("rollback").await.unwrap();
    post.carry().await;
    assert_eq!(post.state("acme", link).await, "refused revoked");
}
