//! The secrets of an installation: the logins' passwords and the key that service tokens are signed with.

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// The key shared with the database, for tokens that `enter` accepts.
#[derive(Clone)]
pub struct TokenKey {
    pub(crate) kid: i32,
    pub(crate) key: [u8; 32],
}

impl TokenKey {
    /// From its text form: `<kid>:<64 hex digits>`.
    ///
    /// # Errors
    /// When the text has another form.
    pub fn parse(text: &str) -> Result<Self, String> {
        let form = || "a token key has the form '1:' and 64 hex digits".to_owned();
        let (kid, key) = text.trim().split_once(':').ok_or_else(form)?;
        let mut bytes = [0; 32];
        hex::decode_to_slice(key, &mut bytes).map_err(|_| form())?;
        Ok(Self { kid: kid.parse().map_err(|_| form())?, key: bytes })
    }

    /// HMAC's inner and outer pads (RFC 2104), as the database keeps them.
    pub(crate) fn pads(&self) -> ([u8; 64], [u8; 64]) {
        pads(&self.key)
    }

    /// What the database keeps of a secret of this kind (`session`, `api_token`) in the secret's place.
    #[must_use]
    pub fn credential_hash(&self, kind: &str, secret: &[u8]) -> ringfence_identity::SecretHash {
        use hmac::{Hmac, KeyInit, Mac};
        let mut block = [0; 64];
        block[..32].copy_from_slice(&self.derive(kind));
        let mut mac = <Hmac<sha2::Sha256> as KeyInit>::new(&block.into());
        mac.update(secret);
        ringfence_identity::SecretHash::new(mac.finalize().into_bytes().into())
    }

    /// A key for another purpose, derived from this one, so that a cursor's MAC is never a token's.
    #[must_use]
    pub fn derive(&self, purpose: &str) -> [u8; 32] {
        use hmac::{Hmac, KeyInit, Mac};
        let mut mac = <Hmac<sha2::Sha256> as KeyInit>::new(&self.key.into_iter().cycle().take(64).collect::<Vec<_>>().as_slice().try_into().unwrap_or([0; 64]).into());
        mac.update(purpose.as_bytes());
        mac.finalize().into_bytes().into()
    }
}

pub(crate) fn pads(key: &[u8; 32]) -> ([u8; 64], [u8; 64]) {
    let mut inner = [0x36; 64];
    let mut outer = [0x5c; 64];
    for (i, byte) in key.iter().enumerate() {
        inner[i] ^= byte;
        outer[i] ^= byte;
    }
    (inner, outer)
}

/// What `migrate` generates once and `serve` reads: kept in a file that only its owner may read.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Credentials {
    pub app_password: Password,
    pub auditor_password: Password,
    pub dispatcher_password: Password,
    pub operator_password: Password,
    /// `<kid>:<hex>`.
    pub token_key: Password,
}

/// A secret that does not print itself.
#[derive(Debug, Clone)]
pub struct Password(SecretString);

impl Password {
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl From<String> for Password {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl Serialize for Password {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.expose())
    }
}

impl<'de> Deserialize<'de> for Password {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}

impl Credentials {
    /// Fresh secrets from the operating system's randomness.
    ///
    /// # Errors
    /// When the operating system has none to give.
    pub fn generate() -> Result<Self, getrandom::Error> {
        let secret = || -> Result<String, getrandom::Error> {
            let mut bytes = [0; 32];
            getrandom::fill(&mut bytes)?;
            Ok(hex::encode(bytes))
        };
        Ok(Self {
            app_password: secret()?.into(),
            auditor_password: secret()?.into(),
            dispatcher_password: secret()?.into(),
            operator_password: secret()?.into(),
            token_key: format!("1:{}", secret()?).into(),
        })
    }

    /// Reads the file, or makes a fresh one that only its owner may read. Says whether it was made here: of two processes at once
    /// one makes it, and the other reads what that one made.
    ///
    /// # Errors
    /// When the file cannot be read, written or understood; the text names it.
    pub fn open_or_create(path: &Path) -> Result<(Self, bool), String> {
        if let Some(there) = Self::open(path)? {
            return Ok((there, false));
        }
        let fresh = Self::generate().map_err(|error| named(path, &error))?;
        match fresh.create(path) {
            Ok(()) => Ok((fresh, true)),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => match Self::open(path)? {
                Some(there) => Ok((there, false)),
                None => Err(named(path, &"a link that leads nowhere")),
            },
            Err(error) => Err(named(path, &error)),
        }
    }

    /// `None`: there is no such file.
    fn open(path: &Path) -> Result<Option<Self>, String> {
        match std::fs::read(path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(|error| named(path, &error)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(named(path, &error)),
        }
    }

    /// By a draft of its own, linked when whole: neither is a torn file left by a run that was killed, nor is a file replaced that
    /// is there already.
    fn create(&self, path: &Path) -> std::io::Result<()> {
        let mut name = [0; 8];
        getrandom::fill(&mut name).map_err(std::io::Error::other)?;
        let draft = path.with_extension(format!("{}.draft", hex::encode(name)));
        let made = self.write(&draft).and_then(|()| std::fs::hard_link(&draft, path));
        // There may be none; what counts is whether the file was made.
        let _ = std::fs::remove_file(&draft);
        made
    }

    fn write(&self, path: &Path) -> std::io::Result<()> {
        let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        file.write_all(&serde_json::to_vec_pretty(self)?)?;
        file.sync_all()
    }
}

fn named(path: &Path, error: &dyn std::fmt::Display) -> String {
    format!("{}: {error}", path.display())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::Credentials;

    #[test]
    fn of_several_at_once_one_makes_the_file_and_all_have_what_it_holds() {
        let folder = std::env::temp_dir().join(format!("ringfence-credentials-{}", std::process::id()));
        for round in 0..20 {
            let folder = folder.join(round.to_string());
            std::fs::create_dir_all(&folder).unwrap();
            let path = folder.join("credentials.json");
            let start = std::sync::Barrier::new(8);
            let opened: Vec<_> = std::thread::scope(|scope| {
                let open = || {
                    start.wait();
                    Credentials::open_or_create(&path).unwrap()
                };
                let threads: Vec<_> = (0..8).map(|_| scope.spawn(open)).collect();
                threads.into_iter().map(|thread| thread.join().unwrap()).collect()
            });
            assert_eq!(opened.iter().filter(|(_, is_made)| *is_made).count(), 1);
            assert!(opened.iter().all(|(credentials, _)| credentials.app_password.expose() == opened[0].0.app_password.expose()));
            assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1, "no draft is left");
        }
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
