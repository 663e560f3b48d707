//! On the way: who may carry, what a letter is worth, and what becomes of it between two steps.

use super::{FORGED, Post, REVOKE};
use crate::play::{DENIED, code, one, refused};
use serde_json::Value;
use uuid::Uuid;

#[tokio::test]
async fn only_the_carrier_takes_a_step_and_it_takes_no_other() {
    let post = Post::new().await;
    let steps = ["take_crossing()", "deliver_crossing('x')", "complete_crossing('x')"];
    let inner = [
        "signed('letter', '{}')", "opened('letter', 'x')", "send_over('agreement', null, null)", "settle_crossing(null, null, null, 'ticket', null)", "receive_agreement('{}')",
        "receive_ticket('{}')", "receive_comment('{}')", "record_crossing(null, null, 'a', null, 'b', null, null)", "next_ticket_numbers(null, 1)", "ticket_fields(null, null, '{}')",
        "may_still_escalate(null, null, null)", "partner_contact(null)", "seal(null)",
    ];
    for login in ["ringfence_app", "ringfence_auditor", "ringfence_operator", "ringfence_dispatcher"] {
        let client = post.play.installation.login(login).await;
        for step in steps.iter().filter(|_| login != "ringfence_dispatcher").chain(&inner) {
            assert_eq!(refused(&client, &format!("select ringfence.{step}")).await, DENIED, "{login}: {step}");
        }
    }
    for step in steps.iter().chain(&inner) {
        assert_eq!(post.injected("acme", "owner", &format!("select ringfence.{step}")).await, DENIED, "{step}");
    }
    for sql in ["select * from ringfence.crossing_queue", "insert into ringfence.crossing_queue (tenant_id, intent_id, agreement_id, kind) values (ringfence.tenant_id(), gen_random_uuid(), gen_random_uuid(), 'ticket')", "delete from ringfence.crossing_queue"] {
        assert_eq!(post.injected("acme", "owner", sql).await, DENIED, "{sql}");
    }
    for function in ["post_crossing(gen_random_uuid())", "consent_agreement(gen_random_uuid(), 1)", "revoke_agreement(gen_random_uuid(), 1)", "enter('x')"] {
        assert_eq!(refused(&post.dispatcher, &format!("select ringfence.{function}")).await, DENIED, "the carrier: {function}");
    }
}

#[tokio::test]
async fn a_letter_that_the_database_did_not_write_is_refused() {
    let post = Post::new().await;
    let agreement = post.agreed("both", &["subject"]).await;
    post.escalate("acme", post.play.acme().ticket, agreement).await;
    let letter = post.letter().await;
    let receipt = "a receipt comes of a delivery alone";
    let (before, own) = (post.holdings("globex").await, post.holdings("acme").await);
    let (body, mac) = letter.rsplit_once('|').unwrap();
    let said: Value = serde_json::from_str(body).unwrap();
    let mut forgeries = vec![body.to_owned(), format!("{body}|"), format!("|{mac}"), String::new(), "|".into(), "null".into(), format!("{letter} "), format!(" {letter}"), receipt.into()];
    // Each thing a letter says, said otherwise, under the MAC of what it said and under the key of the service's tokens.
    for (name, value) in said.as_object().unwrap() {
        let mut other = said.clone();
        other[name] = if value.is_string() { Value::from(Uuid::now_v7().to_string()) } else { Value::from("subject") };
        forgeries.push(format!("{other}|{mac}"));
        forgeries.push(post.play.sign(&other.to_string()));
    }
    let mut more = said.clone();
    more["fields"]["body"] = Value::from("invented");
    forgeries.push(format!("{more}|{mac}"));
    forgeries.push(format!("crossing|letter|{letter}"));
    for text in [more.to_string(), body.to_owned(), format!("crossing|letter|{body}")] {
        forgeries.push(post.play.sign(&text));
        forgeries.push(format!("{text}|{}", "0".repeat(64)));
    }
    for forgery in &forgeries {
        assert_eq!(post.deliver(forgery).await.err().map(|e| code(&e)), Some(FORGED.into()), "{forgery}");
        assert_eq!(post.complete(forgery).await.err().map(|e| code(&e)), Some(FORGED.into()), "{forgery}");
    }
    for sql in ["select ringfence.deliver_crossing(null)", "select ringfence.complete_crossing(null)"] {
        assert_eq!(refused(&post.dispatcher, sql).await, FORGED, "{sql}");
    }
    // One kind of letter is not the other.
    assert_eq!(post.complete(&letter).await.err().map(|e| code(&e)), Some(FORGED.into()));
    assert_eq!((post.holdings("globex").await, post.holdings("acme").await), (before, own));
    let receipt = post.deliver(&letter).await.unwrap().expect("the genuine one is delivered");
    assert_eq!(post.deliver(&receipt).await.err().map(|e| code(&e)), Some(FORGED.into()));
}

#[tokio::test]
async fn what_was_revoked_between_take_and_deliver_is_not_delivered() {
    for revoker in ["acme", "globex"] {
        let post = Post::new().await;
        let agreement = post.agreed("both", &["subject", "body"]).await;
        let before = post.holdings("globex").await;
        let link = post.escalate("acme", post.play.acme().ticket, agreement).await;
        let letter = post.letter().await;
        assert_eq!(post.decide(revoker, agreement, REVOKE).await, 1);
        // The letter in hand is worth nothing now, however often it is tried.
        let receipt = post.deliver(&letter).await.unwrap();
        assert_eq!(receipt.is_none(), revoker == "acme");
        if let Some(receipt) = receipt {
            post.complete(&receipt).await.unwrap();
        }
        post.carry().await;
        assert_eq!(post.deliver(&letter).await.unwrap(), None);
        assert_eq!(post.holdings("globex").await, before, "revoked by {revoker}");
        assert_eq!(post.state("acme", link).await, if revoker == "acme" { "refused revoked" } else { "refused not_accepted" });
        assert_eq!(post.refusals("acme").await.len(), 1);
        assert_eq!(post.refusals("globex").await, if revoker == "acme" { vec![] } else { vec!["revoked"] });
    }
}

#[tokio::test]
async fn what_expired_between_take_and_deliver_is_not_delivered() {
    let post = Post::new().await;
    let agreement = post.agreed("both", &["subject"]).await;
    let before = post.holdings("globex").await;
    let link = post.escalate("acme", post.play.acme().ticket, agreement).await;
    let letter = post.letter().await;
    post.play.admin.execute("update ringfence.agreements set expires_at = now() where agreement_id = $1", &[&agreement]).await.unwrap();
    let receipt = post.deliver(&letter).await.unwrap().expect("a refusal is a receipt");
    post.complete(&receipt).await.unwrap();
    assert_eq!((post.state("acme", link).await.as_str(), post.refusals("globex").await), ("refused not_accepted", vec!["expired".into()]));
    assert_eq!(post.holdings("globex").await, before);
    // And where it had expired before it was taken, no letter is written at all.
    post.play.admin.execute("update ringfence.ticket_links set state = 'pending', reason = null, settled_at = null where link_id = $1", &[&link]).await.unwrap();
    assert_eq!(post.injected("acme", "agent", &format!("select ringfence.post_crossing('{link}')")).await, "worked");
    assert_eq!(post.take().await.as_deref(), Some(""));
    assert_eq!(post.state("acme", link).await, "refused expired");
}

#[tokio::test]
async fn a_kill_between_any_two_steps_loses_and_doubles_nothing() {
    let post = Post::new().await;
    let agreement = post.agreed("both", &["subject", "body"]).await;
    let count = || async { one::<i64>(&post.play.admin, "select count(*) from ringfence.tickets where tenant_id = $1", &[&post.id("globex")]).await };
    let before = count().await;
    let link = post.escalate("acme", post.play.acme().ticket, agreement).await;
    // Killed after taking: whoever comes next takes it up, and the letter of the dead is worth nothing.
    let dead = post.letter().await;
    let letter = post.letter().await;
    assert_eq!(post.deliver(&dead).await.unwrap(), None);
    assert_eq!(count().await, before);
    // Two deliver the same at once.
    let other = post.play.installation.login("ringfence_dispatcher").await;
    let params: [&(dyn tokio_postgres::types::ToSql + Sync); 1] = [&letter];
    let (one_receipt, other_receipt) = futures_util::join!(post.deliver(&letter), other.query_one("select ringfence.deliver_crossing($1)", &params));
    assert!(one_receipt.unwrap().is_some() && other_receipt.unwrap().get::<_, Option<String>>(0).is_some());
    assert_eq!((count().await, post.state("acme", link).await.as_str()), (before + 1, "pending"));
    // Killed after delivering: taken up again, found delivered, noted.
    let again = post.letter().await;
    let receipt = post.deliver(&again).await.unwrap().unwrap();
    for _ in 0..3 {
        post.complete(&receipt).await.unwrap();
    }
    assert_eq!((count().await, post.state("acme", link).await.as_str(), post.take().await), (before + 1, "delivered", None));
    assert_eq!(post.deliver(&again).await.unwrap(), None);
    let noted: i64 = one(&post.play.admin, "select count(*) from ringfence.audit_inbox where action in ('crossing.delivered', 'ticket.received') and request_id = $1", &[&link]).await;
    assert_eq!(noted, 2);

    // Killed after delivering, and revoked before anybody noted it: it did arrive, and that is what is noted.
    let link = post.escalate("acme", post.play.acme().own_ticket, agreement).await;
    post.deliver(&post.letter().await).await.unwrap().unwrap();
    post.decide("acme", agreement, REVOKE).await;
    post.carry().await;
    assert_eq!((count().await, post.state("acme", link).await.as_str()), (before + 2, "delivered"));
}
