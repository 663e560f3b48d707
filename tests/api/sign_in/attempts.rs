//! The way out to the issuer's page and back: each attempt belongs to one browser and one issuer, and is good once.

use crate::turned_away;
use ringfence_tests::browser::{ATTEMPT, Begun, SESSION};
use ringfence_tests::world::served;
use ringfence_tests::{Call, Running};

async fn back(running: &Running, url: &str, begun: &Begun) -> Call {
    running.visit(url, &[begun.cookie()]).await
}

/// The URL with a parameter of another value, or without it.
fn changed(url: &str, name: &str, value: Option<&str>) -> String {
    let (path, query) = url.split_once('?').unwrap();
    let kept = query.split('&').filter(|pair| pair.split('=').next() != Some(name)).map(str::to_owned);
    let pairs: Vec<String> = kept.chain(value.map(|value| format!("{name}={value}"))).collect();
    format!("{path}?{}", pairs.join("&"))
}

#[tokio::test]
async fn an_answer_is_believed_once_and_of_this_browser_alone() {
    let (installation, running, _) = served().await;
    let begun = running.begin("").await;
    let other = running.begin("").await;
    let url = running.pick(&begun, "acme:owner").await;
    // Another browser, no browser, another state: none of them takes the attempt from whom it belongs to.
    let (name, secret) = begun.cookie();
    let noise = "A".repeat(43);
    for (url, cookies) in [
        (url.clone(), vec![other.cookie()]),
        (url.clone(), vec![(name, other.cookie().1)]),
        (url.clone(), vec![]),
        (url.clone(), vec![(name, noise.as_str())]),
        (url.clone(), vec![(name, noise.as_str()), (name, secret)]),
        (changed(&url, "state", Some(&noise)), vec![begun.cookie()]),
        (changed(&url, "state", Some(&noise)), vec![(&format!("{ATTEMPT}AAAAAAAA"), secret)]),
        (changed(&url, "state", None), vec![begun.cookie()]),
        (changed(&url, "state", Some("")), vec![begun.cookie(), (ATTEMPT, secret)]),
    ] {
        let refused = running.visit(&url, &cookies).await.expect(401);
        assert_eq!((refused.body["code"].as_str(), refused.cookie(SESSION)), (Some("sign_in_unknown"), None), "{url}");
    }
    let signed_in = back(&running, &url, &begun).await.expect(302);
    assert!(signed_in.cookie(SESSION).is_some());
    assert_eq!(signed_in.header("location"), Some(format!("{}/", running.url("")).as_str()));
    // Replayed: with its cookie, and as an answer to another attempt's question.
    assert_eq!(back(&running, &url, &begun).await.expect(401).body["code"], "sign_in_unknown");
    let fresh = running.begin("").await;
    let asked = running.pick(&fresh, "acme:owner").await;
    let code = url.split("code=").nth(1).unwrap().split('&').next().unwrap();
    assert_eq!(back(&running, &changed(&asked, "code", Some(code)), &fresh).await.expect(401).body["code"], "code_refused");
    // That attempt is spent too.
    assert_eq!(back(&running, &asked, &fresh).await.expect(401).body["code"], "sign_in_unknown");
    let rules = turned_away(&installation).await;
    assert_eq!((rules.iter().filter(|rule| *rule == "sign_in_unknown").count(), rules.iter().filter(|rule| *rule == "code_refused").count()), (11, 1));
    drop(running);
    installation.drop().await;
}

#[tokio::test]
async fn windows_that_sign_in_at_once_do_not_disturb_each_other() {
    let (installation, running, _) = served().await;
    let windows = [running.begin("return_to=/one").await, running.begin("return_to=/two").await];
    let jar = [windows[0].cookie(), windows[1].cookie()];
    for (window, to) in windows.iter().zip(["/one", "/two"]) {
        let signed_in = running.visit(&running.pick(window, "acme:owner").await, &jar).await.expect(302);
        assert_eq!(signed_in.header("location"), Some(running.url(to).as_str()));
        let set: Vec<(&str, &str)> = signed_in.cookies().filter(|(name, _)| name.starts_with(ATTEMPT)).collect();
        assert_eq!(set, [(window.cookie().0, "")], "its own alone is over");
    }
    // Those that were given up do not pile up.
    let mut given_up: Vec<Begun> = Vec::new();
    for _ in 0..8 {
        given_up.push(running.begin("").await);
    }
    let sign_in = running.url("/v1/auth/sign-in");
    for kept in [7, 8] {
        let jar: Vec<(&str, &str)> = given_up.iter().take(kept).map(Begun::cookie).collect();
        let call = running.visit(&sign_in, &jar).await.expect(302);
        let cleared = call.cookies().filter(|(_, value)| value.is_empty()).count();
        assert_eq!((cleared, call.attempt().is_some()), (if kept < 8 { 0 } else { 8 }, true));
    }
    drop(running);
    installation.drop().await;
}

#[tokio::test]
async fn somebody_elses_code_signs_nobody_in() {
    let (installation, running, _) = served().await;
    // A code of the attacker's own sign-in, put into the victim's answer: the verifier and the nonce are the victim's.
    let (victim, attacker) = (running.begin("").await, running.begin("").await);
    let (theirs, own) = (running.pick(&victim, "acme:owner").await, running.pick(&attacker, "acme:requester").await);
    let code = own.split("code=").nth(1).unwrap().split('&').next().unwrap();
    let refused = back(&running, &changed(&theirs, "code", Some(code)), &victim).await.expect(401);
    assert_eq!((refused.body["code"].as_str(), refused.cookie(SESSION)), (Some("code_refused"), None));
    drop(running);
    installation.drop().await;
}

#[tokio::test]
async fn an_answer_in_another_issuers_name_is_refused() {
    let (installation, running, _) = served().await;
    for (iss, code) in [(Some("https%3A%2F%2Fevil.example"), "issuer_mixed_up"), (Some(""), "issuer_mixed_up"), (None, "issuer_unnamed")] {
        let begun = running.begin("").await;
        let url = running.pick(&begun, "acme:owner").await;
        assert_eq!(back(&running, &changed(&url, "iss", iss), &begun).await.expect(401).body["code"], code, "{iss:?}");
        // An error in another's name as well: it would tell the page a lie.
        let begun = running.begin("").await;
        let url = changed(&changed(&running.pick(&begun, "acme:owner").await, "code", None), "error", Some("access_denied"));
        assert_eq!(back(&running, &changed(&url, "iss", iss), &begun).await.expect(401).body["code"], code, "{iss:?}");
    }
    drop(running);
    installation.drop().await;
}

#[tokio::test]
async fn a_page_is_told_that_the_issuer_said_no() {
    let (installation, running, _) = served().await;
    for (said, told) in [("access_denied", "access_denied"), ("login_required", "interaction_required"), ("%3Cscript%3E", "issuer_refused")] {
        let begun = running.begin("return_to=/page%3Fa%3Db%23c").await;
        let url = changed(&changed(&running.pick(&begun, "acme:owner").await, "code", None), "error", Some(said));
        let call = back(&running, &url, &begun).await.expect(302);
        assert_eq!(call.header("location"), Some(format!("{}/page?a=b&sign_in_error={told}#c", running.url("")).as_str()));
        assert_eq!(call.cookie(SESSION), None);
    }
    drop(running);
    installation.drop().await;
}

#[tokio::test]
async fn nobody_is_sent_where_somebody_else_says() {
    let (installation, running, _) = served().await;
    for to in ["//evil.example", "https://evil.example", "%2F%2Fevil.example", "/%5Cevil.example", "https:evil.example", "http://127.0.0.1:5174", "http://127.0.0.1:5173.evil.example", "http://127.0.0.1:5173@evil.example", "javascript:alert(1)", "data:text/html,x", "/%0d%0aLocation:%20//evil.example", "relative"] {
        let call = running.visit(&running.url(&format!("/v1/auth/sign-in?return_to={to}")), &[]).await.expect(400);
        assert_eq!((call.body["errors"][0]["field"].as_str(), call.attempt()), (Some("return_to"), None), "{to}");
    }
    for (to, leads) in [("/a?b=c", format!("{}/a", running.url(""))), ("http://127.0.0.1:5173/in", "http://127.0.0.1:5173/in".to_owned())] {
        let begun = running.begin(&format!("return_to={}", to.replace('?', "%3F"))).await;
        let call = back(&running, &running.pick(&begun, "newcomer").await, &begun).await.expect(302);
        assert!(call.header("location").unwrap().starts_with(&leads), "{to}");
    }
    // The redirect URI is the service's own, whatever host a request names.
    let call = running.send(reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap().get(running.url("/v1/auth/sign-in")).header("Host", "evil.example").header("X-Forwarded-Host", "evil.example")).await;
    let expected = format!("redirect_uri={}%2Fv1%2Fauth%2Fcallback", running.url("").replace("://", "%3A%2F%2F").replacen(":", "%3A", 1));
    assert!(call.expect(302).header("location").unwrap().contains(&expected), "{expected}");
    drop(running);
    installation.drop().await;
}

#[tokio::test]
async fn what_is_asked_for_is_asked_of_the_issuer_and_checked() {
    let (installation, running, _) = served().await;
    for (query, field) in [("issuer=https%3A%2F%2Fevil.example", "issuer"), ("max_age=0", "max_age"), ("max_age=86401", "max_age"), ("acr=a%20b", "acr"), ("tenant=0.5", "tenant"), ("tenant=No%20Such", "tenant"), ("colour=red", "colour"), ("issuer=a&issuer=b", "issuer")] {
        let call = running.visit(&running.url(&format!("/v1/auth/sign-in?{query}")), &[]).await.expect(400);
        assert_eq!(call.body["errors"][0]["field"], field, "{query}");
    }
    // A tenant that exists and one that does not lead the same way.
    for tenant in ["acme", "nowhere", "00000000-0000-7000-8000-000000000000"] {
        running.begin(&format!("tenant={tenant}")).await;
    }
    let weak = running.begin("acr=urn:strong&tenant=acme").await;
    assert!(weak.page.contains("acr_values=urn%3Astrong"), "{}", weak.page);
    let url = running.pick(&weak, "acme:owner").await;
    let told = back(&running, &url, &weak).await.expect(302);
    assert_eq!((told.header("location"), told.cookie(SESSION)), (Some(format!("{}/?sign_in_error=authenticated_too_weakly", running.url("")).as_str()), None));
    let trail = running.get("/v1/tenants/acme/audit?action=identity.rejected", &running.token("acme:owner")).await.expect(200);
    assert_eq!(trail.body["data"][0]["rule"], "authenticated_too_weakly", "the tenant named is told");
    let strong = running.begin("acr=urn:ringfence:development&max_age=60").await;
    back(&running, &running.pick(&strong, "acme:owner").await, &strong).await.expect(302);
    let listed = running.get("/v1/auth/issuers", "").await.expect(200);
    assert_eq!(listed.body["data"][0]["issuer"], running.issuer.issuer());
    drop(running);
    installation.drop().await;
}
