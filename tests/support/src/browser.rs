//! What a browser does to sign in, by hand: it follows redirections, keeps cookies, and sends what it is told to.

use crate::{Call, Running};
use serde_json::Value;

pub const SESSION: &str = "__Host-ringfence_session";
/// Begins the name of each attempt's cookie.
pub const ATTEMPT: &str = "__Host-ringfence_sign_in_";

/// Somebody signed in.
#[derive(Debug, Clone)]
pub struct Browser {
    /// The value of the session's cookie.
    pub secret: String,
    pub csrf: String,
    pub session_id: String,
}

/// A sign-in that has reached the issuer's page.
#[derive(Debug, Clone)]
pub struct Begun {
    /// The attempt's cookie: its name and value.
    pub cookie: (String, String),
    /// The issuer's page.
    pub page: String,
}

impl Begun {
    /// As `visit` takes it.
    #[must_use]
    pub fn cookie(&self) -> (&str, &str) {
        (&self.cookie.0, &self.cookie.1)
    }
}

impl Running {
    /// A page that a browser goes to.
    ///
    /// # Panics
    /// When there is no answer.
    pub async fn visit(&self, url: &str, cookies: &[(&str, &str)]) -> Call {
        let mut request = self.client().get(url);
        if !cookies.is_empty() {
            request = request.header("Cookie", cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; "));
        }
        self.send(request).await
    }

    /// Goes to the issuer's page. `query` is added to the request for it.
    pub async fn begin(&self, query: &str) -> Begun {
        let call = self.visit(&self.url(&format!("/v1/auth/sign-in?{query}")), &[]).await.expect(302);
        Begun { cookie: call.attempt().expect("a cookie of the attempt"), page: call.header("location").expect("a page").to_owned() }
    }

    /// Picks a person on the development issuer's page: the URL of the way back.
    pub async fn pick(&self, begun: &Begun, subject: &str) -> String {
        let call = self.visit(&format!("{}&picked={subject}", begun.page), &[]).await.expect(302);
        call.header("location").expect("the way back").to_owned()
    }

    /// Signs in as a person of the development issuer.
    pub async fn sign_in(&self, subject: &str) -> Browser {
        let begun = self.begin("").await;
        let back = self.pick(&begun, subject).await;
        let call = self.visit(&back, &[begun.cookie()]).await.expect(302);
        self.known(call.cookie(SESSION).expect("a session's cookie")).await
    }

    /// What a page learns of a session.
    pub async fn known(&self, secret: String) -> Browser {
        let me = self.visit(&self.url("/v1/me"), &[(SESSION, &secret)]).await.expect(200);
        let text = |name: &str| me.body["session"][name].as_str().expect("a session").to_owned();
        Browser { csrf: text("csrf_token"), session_id: text("session_id"), secret }
    }

    /// A call with the session's cookie, and with the token that a page of ours sends along.
    pub async fn page(&self, browser: &Browser, method: &str, path: &str, body: Option<&Value>) -> Call {
        let (cookie, origin) = (format!("{SESSION}={}", browser.secret), self.url(""));
        let mut headers = vec![("Cookie", cookie.as_str())];
        if method != "GET" {
            headers.extend([("X-CSRF-Token", browser.csrf.as_str()), ("Origin", origin.as_str())]);
        }
        self.call(method, path, "", &headers, body).await
    }
}

impl Call {
    /// The value that a cookie was set to.
    #[must_use]
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies().find(|(set, value)| *set == name && !value.is_empty()).map(|(_, value)| value.to_owned())
    }

    /// The cookie of an attempt that was set.
    #[must_use]
    pub fn attempt(&self) -> Option<(String, String)> {
        self.cookies().find(|(set, value)| set.starts_with(ATTEMPT) && !value.is_empty()).map(|(name, value)| (name.to_owned(), value.to_owned()))
    }

    /// What each cookie that is set or cleared is set to.
    pub fn cookies(&self) -> impl Iterator<Item = (&str, &str)> {
        let lines = self.headers.get_all("set-cookie").iter().filter_map(|line| line.to_str().ok());
        lines.filter_map(|line| line.split(';').next()?.split_once('='))
    }
}
