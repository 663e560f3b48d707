//! How many requests are let through, as an operator writes it down. It parses strictly and counts nothing.

use std::num::NonZeroU32;
use std::str::FromStr;

/// So many in so many seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    pub count: NonZeroU32,
    pub seconds: NonZeroU32,
}

/// The limits of a service. `Default` suits a web UI and its machines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LimitPolicy {
    /// Of one caller in one tenant.
    pub read: Rate,
    pub write: Rate,
    /// Credentials refused and sign-ins begun, of one client address.
    pub sign_in: Rate,
    /// Of all callers in one tenant together.
    pub tenant: Rate,
    /// Of a hundred connections to the database, how many one tenant may hold at once while no other is about.
    pub connections: u8,
}

/// What the setting may look like.
pub const EXAMPLE: &str = "read=1800/60 write=600/60 sign_in=300/60 tenant=18000/60 connections=50%";
const MOST_COUNT: u32 = 1_000_000;
const MOST_SECONDS: u32 = 86_400;

const fn rate(count: u32, seconds: u32) -> Rate {
    let (Some(count), Some(seconds)) = (NonZeroU32::new(count), NonZeroU32::new(seconds)) else { panic!("no rate") };
    Rate { count, seconds }
}

impl Default for LimitPolicy {
    fn default() -> Self {
        Self { read: rate(1800, 60), write: rate(600, 60), sign_in: rate(300, 60), tenant: rate(18_000, 60), connections: 50 }
    }
}

impl FromStr for LimitPolicy {
    type Err = String;

    /// What is not named keeps its default.
    fn from_str(text: &str) -> Result<Self, String> {
        let mut policy = Self::default();
        let mut named = Vec::new();
        for limit in text.split_ascii_whitespace() {
            let (name, value) = limit.split_once('=').ok_or_else(|| format!("'{limit}' is not a name, '=' and a limit"))?;
            if named.contains(&name) {
                return Err(format!("'{name}' is given twice"));
            }
            named.push(name);
            match name {
                "read" => policy.read = parsed(value)?,
                "write" => policy.write = parsed(value)?,
                "sign_in" => policy.sign_in = parsed(value)?,
                "tenant" => policy.tenant = parsed(value)?,
                "connections" => {
                    let percent = value.strip_suffix('%').filter(|digits| !digits.starts_with('+')).and_then(|digits| digits.parse().ok());
                    policy.connections = percent.filter(|n| (1..=100).contains(n)).ok_or_else(|| format!("'{value}' is not a share from 1% to 100%"))?;
                }
                _ => return Err(format!("'{name}' is none of read, write, sign_in, tenant, connections")),
            }
        }
        if named.is_empty() { Err("no limit is named".to_owned()) } else { Ok(policy) }
    }
}

fn parsed(text: &str) -> Result<Rate, String> {
    let number = |text: &str, most: u32| text.parse().ok().filter(|n: &NonZeroU32| n.get() <= most && !text.starts_with('+'));
    let rate = text.split_once('/').and_then(|(count, seconds)| Some(Rate { count: number(count, MOST_COUNT)?, seconds: number(seconds, MOST_SECONDS)? }));
    rate.ok_or_else(|| format!("'{text}' is not a count, '/' and seconds, up to {MOST_COUNT} in up to {MOST_SECONDS}"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn the_example_is_the_default() {
        assert_eq!(EXAMPLE.parse(), Ok(LimitPolicy::default()));
    }

    #[test]
    fn what_is_named_is_set_and_the_rest_is_kept() {
        let policy: LimitPolicy = "read=3/2  connections=100%".parse().unwrap();
        assert_eq!(policy, LimitPolicy { read: rate(3, 2), connections: 100, ..LimitPolicy::default() });
    }

    #[test]
    fn anything_else_is_refused_by_name() {
        for (text, reason) in [
            ("", "no limit"),
            ("read", "'read'"),
            ("read=", "''"),
            ("read=0/60", "'0/60'"),
            ("read=+1/60", "'+1/60'"),
            ("read=1/0", "'1/0'"),
            ("read=60", "'60'"),
            ("read=1/60s", "'1/60s'"),
            ("read=9999999/1", "'9999999/1'"),
            ("read=1/99999", "'1/99999'"),
            ("reed=1/1", "'reed'"),
            ("read=1/1 read=2/1", "twice"),
            ("connections=0%", "'0%'"),
            ("connections=101%", "'101%'"),
            ("connections=5", "'5'"),
            ("off read=1/1", "'off'"),
        ] {
            let error = text.parse::<LimitPolicy>().unwrap_err();
            assert!(error.contains(reason), "{text}: {error}");
        }
    }
}
