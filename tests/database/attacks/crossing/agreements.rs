//! What two agreed on: of no use to a third, and neither side's row is believed by the other.

use super::{CONSENT, Post};
use crate::play::one;
use ringfence_store::command::NewMember;
use uuid::Uuid;

#[tokio::test]
async fn an_agreement_of_two_is_of_no_use_to_a_third() {
    let post = Post::new().await;
    let operator = post.play.installation.operator().await;
    let mallory = operator.create_tenant("mallory", "Mallory").await.unwrap();
    let new = NewMember { issuer: crate::play::ISSUER, subject: "mallory:owner", name: "Mallory", email: None, role: ringfence_domain::Role::Owner, permissions: None };
    let owner = operator.add_member(mallory, &new).await.unwrap().unwrap().0;
    let mallory = mallory.0;
    let agreement = post.agreed("both", &["subject", "body"]).await;
    let proposal = post.propose("acme", "globex", "both", &["subject"]).await;
    let (arrived, acme, globex) = (post.escalate("acme", post.play.acme().ticket, agreement).await, post.id("acme"), post.id("globex"));
    // What mallory's own SQL could have written in mallory, and more: its rows say whatever it likes.
    let admin = &post.play.admin;
    let forge = "insert into ringfence.agreements (tenant_id, agreement_id, partner_slug, partner_id, proposed_here, direction, actions, fields, expires_at, consented_by, consented_at, partner_consented_at)
                 values ($1, $2, $3, $4, $5, 'both', '{ticket.escalate,comment.share}', '{subject}', '2099-01-01', $6, now(), now())";
    let ticket = Uuid::now_v7();
    admin.execute("insert into ringfence.tickets (tenant_id, ticket_id, number, subject, requester_id) values ($1, $2, 1, 'from mallory', $3)", &[&mallory, &ticket, &owner]).await.unwrap();
    let (before, state) = ((post.holdings("acme").await, post.holdings("globex").await), "select row_to_json(a)::text from ringfence.agreements a where tenant_id = $1 and agreement_id = $2");
    let known: Vec<String> = vec![one(admin, state, &[&globex, &agreement]).await, one(admin, state, &[&acme, &proposal]).await];
    for (id, target, partner) in [(agreement, globex, "globex"), (proposal, acme, "acme")] {
        admin.execute(forge, &[&mallory, &id, &partner, &target, &(id == agreement), &owner]).await.unwrap();
        admin.execute("insert into ringfence.crossing_queue (tenant_id, intent_id, agreement_id, kind) values ($1, $2, $2, 'agreement')", &[&mallory, &id]).await.unwrap();
        // A ticket of its own, and one under the id of a ticket that is already there.
        for link in [Uuid::now_v7(), arrived] {
            admin.execute("delete from ringfence.ticket_links where tenant_id = $1", &[&mallory]).await.unwrap();
            admin.execute(
                "insert into ringfence.ticket_links (tenant_id, link_id, agreement_id, ticket_id, requester_id, group_key, created_by)
                 select tenant_id, $2, $3, ticket_id, requester_id, group_key, $4 from ringfence.tickets where tenant_id = $1", &[&mallory, &link, &id, &owner]).await.unwrap();
            admin.execute("insert into ringfence.crossing_queue (tenant_id, intent_id, agreement_id, kind) values ($1, $2, $3, 'ticket')", &[&mallory, &link, &id]).await.unwrap();
            // Acme's own letters are held back meanwhile.
            admin.execute("update ringfence.crossing_queue set due_at = 'infinity' where tenant_id <> $1", &[&mallory]).await.unwrap();
            for _ in 0..2 {
                let letter: Option<String> = one(&post.dispatcher, "select ringfence.take_crossing()", &[]).await;
                if let Some(letter) = letter.filter(|letter| !letter.is_empty())
                    && let Some(receipt) = post.deliver(&letter).await.unwrap()
                {
                    post.complete(&receipt).await.unwrap();
                }
            }
            let state: String = one(admin, "select concat_ws(' ', state, reason) from ringfence.ticket_links where tenant_id = $1 and link_id = $2", &[&mallory, &link]).await;
            assert_eq!(state, "refused not_accepted");
        }
        // Nor does its revocation revoke anything.
        admin.execute("update ringfence.agreements set revoked_at = now(), revoked_by = $2 where tenant_id = $1", &[&mallory, &owner]).await.unwrap();
        admin.execute("insert into ringfence.crossing_queue (tenant_id, intent_id, agreement_id, kind) values ($1, $2, $2, 'agreement')", &[&mallory, &id]).await.unwrap();
        let letter: String = one(&post.dispatcher, "select ringfence.take_crossing()", &[]).await;
        post.complete(&post.deliver(&letter).await.unwrap().unwrap()).await.unwrap();
    }
    assert_eq!((post.holdings("acme").await, post.holdings("globex").await), before);
    assert_eq!(vec![one::<String>(admin, state, &[&globex, &agreement]).await, one(admin, state, &[&acme, &proposal]).await], known);
    assert!(post.refusals("globex").await.iter().all(|rule| rule == "another_partner"), "{:?}", post.refusals("globex").await);
}

#[tokio::test]
async fn the_receivers_own_row_decides_what_comes_in() {
    let post = Post::new().await;
    let agreement = post.agreed("outgoing", &["subject"]).await;
    // The sender's row is made to say what was never agreed.
    post.play.admin.execute("update ringfence.agreements set fields = '{subject,body,tags,priority,requester_name,requester_email}', direction = 'both' where tenant_id = $1 and agreement_id = $2", &[&post.id("acme"), &agreement]).await.unwrap();
    let link = post.escalate("acme", post.play.acme().ticket, agreement).await;
    post.carry().await;
    let row = post.play.admin.query_one(
        "select t.subject, t.tags, l.requester_name, l.requester_email, (select count(*) from ringfence.comments c where c.tenant_id = t.tenant_id and c.ticket_id = t.ticket_id)
           from ringfence.ticket_links l join ringfence.tickets t using (tenant_id, ticket_id) where l.tenant_id = $1 and l.link_id = $2", &[&post.id("globex"), &link]).await.unwrap();
    assert!(row.get::<_, String>(0).contains("canary-acme-subject"));
    assert_eq!((row.get::<_, Vec<String>>(1), row.get::<_, Option<String>>(2), row.get::<_, Option<String>>(3), row.get::<_, i64>(4)), (vec![], None, None, 0));
    // The other way round nothing goes, whatever the other side's row says of itself.
    post.play.admin.execute("update ringfence.agreements set direction = 'both' where tenant_id = $1 and agreement_id = $2", &[&post.id("globex"), &agreement]).await.unwrap();
    post.play.admin.execute("update ringfence.agreements set direction = 'outgoing' where tenant_id = $1 and agreement_id = $2", &[&post.id("acme"), &agreement]).await.unwrap();
    let before = post.holdings("acme").await;
    let link = post.escalate("globex", post.play.globex().ticket, agreement).await;
    post.carry().await;
    assert_eq!((post.state("globex", link).await.as_str(), post.refusals("acme").await), ("refused not_accepted", vec!["direction".into()]));
    assert_eq!(post.holdings("acme").await, before);
}

#[tokio::test]
async fn one_tenants_proposals_do_not_fill_anothers_list() {
    let post = Post::new().await;
    for _ in 0..25 {
        post.propose("acme", "globex", "both", &["subject"]).await;
    }
    post.carry().await;
    let waiting: i64 = one(&post.play.admin, "select count(*) from ringfence.agreements where tenant_id = $1 and partner_id = $2", &[&post.id("globex"), &post.id("acme")]).await;
    assert_eq!(waiting, 20);
}

#[tokio::test]
async fn consent_is_to_what_was_proposed_and_to_nothing_else() {
    let post = Post::new().await;
    let id = post.propose("acme", "globex", "outgoing", &["subject"]).await;
    post.carry().await;
    // The asked side's row is made to say more than was asked; its consent does not fit any more.
    post.play.admin.execute("update ringfence.agreements set fields = '{subject,body}' where tenant_id = $1 and agreement_id = $2", &[&post.id("globex"), &id]).await.unwrap();
    assert_eq!(post.decide("globex", id, CONSENT).await, 1);
    post.carry().await;
    let consented: bool = one(&post.play.admin, "select partner_consented_at is not null from ringfence.agreements where tenant_id = $1 and agreement_id = $2", &[&post.id("acme"), &id]).await;
    assert!(!consented);
}
