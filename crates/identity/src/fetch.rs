//! Fetches an issuer's documents over HTTP; refuses redirects, slow answers, large answers and plain HTTP off this machine.

use std::time::Duration;

use openidconnect::url::Url;
use openidconnect::{HttpRequest, HttpResponse};
use thiserror::Error;

use crate::config::{ConfigError, is_loopback};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
const TOTAL_TIMEOUT: Duration = Duration::from_secs(5);
const MAX_RESPONSE_BYTES: usize = 512 * 1024;

#[derive(Debug, Error)]
pub(crate) enum FetchError {
    #[error("the issuer could not be reached")]
    Http(#[from] reqwest::Error),
    #[error("the issuer's answer is larger than 512 KiB")]
    TooLarge,
    #[error("the issuer's document leads to {0}, which is neither https nor on this machine")]
    PlainHttp(Url),
    #[error("the request is not a valid one")]
    Request(#[from] openidconnect::url::ParseError),
}

/// One client an issuer: what an issuer on this machine is allowed is then not allowed to the others.
pub(crate) fn client(issuer: &Url) -> Result<reqwest::Client, ConfigError> {
    // An error says that the process has a provider already, and any will do.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = reqwest::Client::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(TOTAL_TIMEOUT)
        .redirect(reqwest::redirect::Policy::none())
        .user_agent("ringfence");
    let builder = if issuer.scheme() == "https" {
        builder.https_only(true)
    } else {
        // A development machine may have neither a way through its proxy to itself nor any root certificates.
        builder.no_proxy().tls_certs_only([])
    };
    builder.build().map_err(ConfigError::HttpClient)
}

pub(crate) async fn send(
    client: reqwest::Client,
    request: HttpRequest,
) -> Result<HttpResponse, FetchError> {
    let url = Url::parse(&request.uri().to_string())?;
    if url.scheme() != "https" && !is_loopback(&url) {
        return Err(FetchError::PlainHttp(url));
    }
    let mut response = client.execute(request.try_into()?).await?;
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > MAX_RESPONSE_BYTES {
            return Err(FetchError::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    let mut answer = HttpResponse::new(body);
    *answer.status_mut() = response.status();
    *answer.headers_mut() = std::mem::take(response.headers_mut());
    Ok(answer)
}
