//! Which settings are refused at the start, so that none fails at the first sign-in.

use ringfence_identity::{Clock, ConfigError, IssuerConfig, Verifier};

#[test]
fn an_issuer_must_be_https_or_on_this_machine() {
    for issuer in [
        "https://id.example.com",
        "https://id.example.com/realms/one/",
        "http://127.0.0.1:8080",
        "http://127.0.0.2/dev",
        "http://[::1]:8080",
        "http://localhost:8080",
    ] {
        assert!(IssuerConfig::new(issuer, "a").is_ok(), "{issuer}");
    }
    for issuer in [
        "http://id.example.com",
        "http://10.0.0.1",
        "http://127.0.0.1.example.com",
        "http://localhost.example.com",
        "http://0.0.0.0:8080",
    ] {
        let refused = IssuerConfig::new(issuer, "a");
        assert!(
            matches!(refused, Err(ConfigError::PlainHttp { .. })),
            "{issuer}"
        );
    }
    for issuer in [
        "",
        "id.example.com",
        "ftp://id.example.com",
        "file:///etc/passwd",
        "urn:ringfence:command",
        "https://user@id.example.com",
        "https://:secret@id.example.com",
        "https://id.example.com?x",
        "https://id.example.com#x",
        " https://id.example.com",
    ] {
        let refused = IssuerConfig::new(issuer, "a");
        assert!(
            matches!(refused, Err(ConfigError::NotAnIssuerUrl { .. })),
            "{issuer}"
        );
    }
}

#[test]
fn an_issuer_is_read_from_a_setting() {
    let plain: IssuerConfig = "https://id.example.com  urn:tickets".parse().unwrap();
    assert_eq!(
        plain,
        IssuerConfig::new("https://id.example.com", "urn:tickets").unwrap()
    );
    let lenient: IssuerConfig = "https://id.example.com urn:tickets accept-plain-jwt"
        .parse()
        .unwrap();
    assert!(lenient.accept_plain_jwt);
    for text in [
        "",
        "https://id.example.com",
        "https://id.example.com urn:tickets yes",
    ] {
        let refused = text.parse::<IssuerConfig>();
        assert!(
            matches!(refused, Err(ConfigError::UnreadableIssuer { .. })),
            "{text}"
        );
    }
}

#[test]
fn a_verifier_checks_its_settings_again() {
    let good = IssuerConfig::new("https://id.example.com", "a").unwrap();
    let none = Verifier::new(vec![], Clock::system());
    assert!(matches!(none, Err(ConfigError::NoIssuer)));
    let twice = Verifier::new(vec![good.clone(), good.clone()], Clock::system());
    assert!(matches!(twice, Err(ConfigError::DuplicateIssuer { .. })));
    let in_the_clear = IssuerConfig {
        issuer: "http://id.example.com".into(),
        ..good.clone()
    };
    let refused = Verifier::new(vec![in_the_clear], Clock::system());
    assert!(matches!(refused, Err(ConfigError::PlainHttp { .. })));
    let for_nobody = IssuerConfig {
        audience: " ".into(),
        ..good
    };
    let refused = Verifier::new(vec![for_nobody], Clock::system());
    assert!(matches!(refused, Err(ConfigError::EmptyAudience { .. })));
}
