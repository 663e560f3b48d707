//! What this service is called at an issuer; a secret is named by its file and never stands in a setting.

use crate::config::ConfigError;
use secrecy::SecretString;
use std::path::PathBuf;
use std::str::FromStr;

/// An issuer by which people sign in, and this service's registration there.
#[derive(Debug, Clone)]
pub struct SignInClient {
    /// Compared with the `iss` claim byte by byte.
    pub issuer: String,
    pub client_id: String,
    /// None: a public client, which PKCE alone protects.
    pub secret: Option<SecretString>,
}

/// Reads `ISSUER CLIENT_ID` or `ISSUER CLIENT_ID SECRET_FILE`, parted by white space.
impl FromStr for SignInClient {
    type Err = ConfigError;

    fn from_str(text: &str) -> Result<Self, ConfigError> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let (issuer, client_id, file) = match words[..] {
            [issuer, client_id] => (issuer, client_id, None),
            [issuer, client_id, file] => (issuer, client_id, Some(PathBuf::from(file))),
            _ => {
                return Err(ConfigError::UnreadableClient {
                    text: text.to_owned(),
                });
            }
        };
        let secret = match file {
            None => None,
            Some(path) => match std::fs::read_to_string(&path) {
                Ok(secret) => Some(secret.trim_end().to_owned().into()),
                Err(source) => return Err(ConfigError::SecretFile { path, source }),
            },
        };
        Ok(Self {
            issuer: issuer.to_owned(),
            client_id: client_id.to_owned(),
            secret,
        })
    }
}
