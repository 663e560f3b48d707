//! The server's version, and which versions are good enough; it refuses to guess at text that is not `postgres --version`.

use std::fmt;

/// PostgreSQL's version: `15.14` is major 15, minor 14. A beta or release candidate counts as minor 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    pub major: u32,
    pub minor: u32,
}

impl Version {
    pub const OLDEST_SUPPORTED_MAJOR: u32 = 15;
    pub const NEWEST_SUPPORTED_MAJOR: u32 = 18;

    pub const fn new(major: u32, minor: u32) -> Self {
        Self { major, minor }
    }

    pub fn is_supported(&self) -> bool {
        (Self::OLDEST_SUPPORTED_MAJOR..=Self::NEWEST_SUPPORTED_MAJOR).contains(&self.major)
    }

    /// True where row security has a published hole: before the fixes of CVE-2024-10976 and CVE-2025-8713.
    pub fn below_security_floor(&self) -> bool {
        *self < self.security_floor()
    }

    /// The first minor of this major with the fixes; majors without support have no fixed minor and get the oldest floor.
    pub fn security_floor(&self) -> Self {
        match self.major {
            16 => Self::new(16, 10),
            17 => Self::new(17, 6),
            major if major >= 18 => Self::new(18, 0),
            _ => Self::new(15, 14),
        }
    }

    /// Reads `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)` and its kin.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let word = text.split(')').nth(1)?.split_whitespace().next()?;
        let mut parts = word.split('.').map(leading_number);
        let major = parts.next()??;
        let minor = parts.next().flatten().unwrap_or(0);
        Some(Self { major, minor })
    }
}

fn leading_number(text: &str) -> Option<u32> {
    let end = text
        .find(|character: char| !character.is_ascii_digit())
        .unwrap_or(text.len());
    text.get(..end)?.parse().ok()
}

impl fmt::Display for Version {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}", self.major, self.minor)
    }
}

#[cfg(test)]
mod tests {
    use super::Version;

    #[test]
    fn a_debian_version_is_read() {
        let text = "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n";
        assert_eq!(Version::parse(text), Some(Version::new(15, 18)));
    }

    #[test]
    fn plain_and_beta_versions_are_read() {
        assert_eq!(
            Version::parse("postgres (PostgreSQL) 18.4"),
            Some(Version::new(18, 4))
        );
        assert_eq!(
            Version::parse("postgres (PostgreSQL) 18beta2"),
            Some(Version::new(18, 0))
        );
        assert_eq!(Version::parse("bash: no such thing"), None);
    }

    #[test]
    fn support_begins_at_15_and_ends_at_18() {
        assert!(!Version::new(14, 20).is_supported());
        assert!(Version::new(15, 0).is_supported());
        assert!(Version::new(18, 4).is_supported());
        assert!(!Version::new(19, 0).is_supported());
    }

    #[test]
    fn a_minor_before_the_row_security_fixes_is_below_the_floor() {
        for (major, fixed) in [(15, 14), (16, 10), (17, 6)] {
            assert!(Version::new(major, fixed - 1).below_security_floor());
            assert!(!Version::new(major, fixed).below_security_floor());
        }
        assert!(!Version::new(18, 0).below_security_floor());
        assert!(Version::new(14, 99).below_security_floor());
    }
}
