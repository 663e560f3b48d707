//! GET the way to sign out at the issuer. Its address has the ID token in it, which no page may hold: a page is given that address
//! sealed, and the browser is sent on by the service. It sends nobody anywhere but where a sign-out of its own leads.

use super::{Entrance, counted, nobody, redirect, request_id, turned_away};
use crate::body::Fields;
use crate::problem::{Kind, Problem};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::error::Unspecified;
use ring::rand::{SecureRandom, SystemRandom};
use ringfence_store::audit_trail::AuditTrail;

/// Seconds from the sign-out until the browser has to be there.
const LIFETIME: i64 = 60;
/// As many characters as a header may have beside it.
const MAX_ENVELOPE: usize = 16 * 1024;

/// Seals addresses (RFC 8439) with the time until which they lead on.
pub struct Envelopes {
    key: [u8; 32],
}

impl Envelopes {
    pub const fn new(key: [u8; 32]) -> Self {
        Self { key }
    }

    /// # Errors
    /// When the system gives no random bytes.
    pub fn seal(&self, target: &str, now: Timestamp) -> Result<String, Unspecified> {
        let mut nonce = [0; NONCE_LEN];
        SystemRandom::new().fill(&mut nonce)?;
        let mut sealed = (now.as_second() + LIFETIME).to_be_bytes().to_vec();
        sealed.extend_from_slice(target.as_bytes());
        self.key()?.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut sealed)?;
        Ok(URL_SAFE_NO_PAD.encode([&nonce, sealed.as_slice()].concat()))
    }

    /// None for an envelope that is forged, altered or too old; nobody is told which.
    pub fn open(&self, envelope: &str, now: Timestamp) -> Option<String> {
        let mut bytes = URL_SAFE_NO_PAD.decode(envelope).ok()?;
        let (nonce, sealed) = bytes.split_first_chunk_mut::<NONCE_LEN>()?;
        let opened = self.key().ok()?.open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::empty(), sealed).ok()?;
        let (until, target) = opened.split_first_chunk::<8>()?;
        (now.as_second() <= i64::from_be_bytes(*until)).then(|| String::from_utf8(target.to_vec()).ok())?
    }

    fn key(&self) -> Result<LessSafeKey, Unspecified> {
        Ok(LessSafeKey::new(UnboundKey::new(&CHACHA20_POLY1305, &self.key)?))
    }
}

/// Sends the browser on to the issuer, to sign out there too.
#[utoipa::path(get, path = "/v1/auth/sign-out/issuer", operation_id = "signOutAtIssuer", tag = "sign-in", security(()),
    params(("envelope" = String, Query, description = "As `end_session_url` of signOut has it; good for a minute")),
    responses((status = 302, description = "To the issuer's page", headers(("Location" = String)))))]
pub async fn sign_out_at_issuer(request: HttpRequest, entrance: Data<Entrance>, trail: Data<AuditTrail>) -> Result<HttpResponse, Problem> {
    let mut fields = Fields::of_query(request.query_string());
    let envelope = fields.text("envelope", 1, MAX_ENVELOPE);
    if envelope.is_none() {
        fields.wrong("envelope", "required", "is required");
    }
    fields.finish()?;
    let Some(target) = envelope.and_then(|envelope| entrance.envelopes.open(&envelope, Timestamp::now())) else {
        counted(&request, &trail, None).await?;
        turned_away(&trail, request_id(&request), "envelope_invalid", None, nobody()).await?;
        return Err(Problem::with_code(Kind::Unauthenticated, "envelope_invalid"));
    };
    Ok(redirect(&target, &[]))
}

#[cfg(test)]
mod tests {
    use super::{LIFETIME, Envelopes};
    use jiff::{SignedDuration, Timestamp};

    #[test]
    fn an_envelope_leads_where_it_was_made_to_for_a_minute_and_shows_nothing_of_it() {
        let (envelopes, others) = (Envelopes::new([1; 32]), Envelopes::new([2; 32]));
        let target = "https://id.example.com/end?id_token_hint=a.b.c";
        let now = Timestamp::UNIX_EPOCH;
        let Ok(envelope) = envelopes.seal(target, now) else { panic!("sealed") };
        assert_ne!(envelopes.seal(target, now).ok(), Some(envelope.clone()));
        for seconds in [0, LIFETIME] {
            assert_eq!(envelopes.open(&envelope, now + SignedDuration::from_secs(seconds)).as_deref(), Some(target));
        }
        assert_eq!(envelopes.open(&envelope, now + SignedDuration::from_secs(LIFETIME + 1)), None);
        assert_eq!(others.open(&envelope, now), None);
        for at in 0..envelope.len() {
            let other = if envelope.as_bytes()[at] == b'A' { "B" } else { "A" };
            let altered = format!("{}{other}{}", &envelope[..at], &envelope[at + 1..]);
            assert_eq!(envelopes.open(&altered, now), None, "{at}");
        }
        for nonsense in ["", "A", "AAAA", &envelope[..20], &envelope[4..]] {
            assert_eq!(envelopes.open(nonsense, now), None, "{nonsense}");
        }
    }
}
