//! From which address a request comes. A forwarded address is believed from the proxies named in the settings and from nobody else.

use actix_web::HttpRequest;
use ipnet::IpNet;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use uuid::Uuid;

/// The client's network as a key: an IPv4 address, or the /64 that one IPv6 client has to itself.
pub fn client(request: &HttpRequest, proxies: &[IpNet]) -> Uuid {
    let Some(peer) = request.peer_addr() else { return Uuid::nil() };
    let forwarded = request.headers().get_all("x-forwarded-for").map(|value| value.to_str().unwrap_or_default());
    network(believed(peer.ip(), forwarded.collect::<Vec<_>>().as_slice(), proxies))
}

/// The right-most address that is no proxy's. What stands left of it anybody could have written.
fn believed(peer: IpAddr, forwarded: &[&str], proxies: &[IpNet]) -> IpAddr {
    let mut client = peer.to_canonical();
    let mut named = forwarded.iter().rev().flat_map(|line| line.rsplit(','));
    while proxies.iter().any(|proxy| proxy.contains(&client)) {
        // A proxy that says nothing of use is the client itself.
        let Some(before) = named.next().and_then(parsed) else { break };
        client = before.to_canonical();
    }
    client
}

/// An address, which some proxies give with a port.
fn parsed(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare = text.strip_prefix('[').and_then(|t| t.strip_suffix(']')).unwrap_or(text);
    bare.parse().ok().or_else(|| text.parse().ok().map(|address: SocketAddr| address.ip()))
}

fn network(address: IpAddr) -> Uuid {
    match address {
        IpAddr::V4(v4) => Uuid::from_bytes(v4.to_ipv6_mapped().octets()),
        IpAddr::V6(v6) => Uuid::from_bytes((Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 64))).octets()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn seen(peer: &str, forwarded: &[&str], proxies: &str) -> String {
        let proxies: Vec<IpNet> = proxies.split_whitespace().map(|p| p.parse().unwrap()).collect();
        believed(peer.parse().unwrap(), forwarded, &proxies).to_string()
    }

    #[test]
    fn nobody_is_believed_but_the_proxies_named() {
        assert_eq!(seen("192.0.2.1", &["198.51.100.7"], ""), "192.0.2.1");
        assert_eq!(seen("192.0.2.1", &["198.51.100.7"], "10.0.0.0/8"), "192.0.2.1");
        assert_eq!(seen("10.0.0.1", &["198.51.100.7"], "10.0.0.0/8"), "198.51.100.7");
        assert_eq!(seen("::ffff:10.0.0.1", &["::ffff:198.51.100.7"], "10.0.0.0/8"), "198.51.100.7");
    }

    #[test]
    fn what_a_client_wrote_before_the_proxy_did_is_not_looked_at() {
        assert_eq!(seen("10.0.0.1", &["203.0.113.9, 198.51.100.7"], "10.0.0.0/8"), "198.51.100.7");
        assert_eq!(seen("10.0.0.1", &["203.0.113.9", "198.51.100.7,10.0.0.2"], "10.0.0.0/8"), "198.51.100.7");
        assert_eq!(seen("10.0.0.1", &["203.0.113.9, 10.0.0.3, nonsense"], "10.0.0.0/8"), "10.0.0.1");
        assert_eq!(seen("10.0.0.1", &["10.0.0.3"], "10.0.0.0/8"), "10.0.0.3");
        assert_eq!(seen("10.0.0.1", &[], "10.0.0.0/8"), "10.0.0.1");
    }

    #[test]
    fn a_port_is_no_part_of_the_address() {
        assert_eq!(seen("10.0.0.1", &["198.51.100.7:4711"], "10.0.0.1/32"), "198.51.100.7");
        assert_eq!(seen("10.0.0.1", &["[2001:db8::1]:4711"], "10.0.0.1/32"), "2001:db8::1");
        assert_eq!(seen("10.0.0.1", &["[2001:db8::1]"], "10.0.0.1/32"), "2001:db8::1");
    }

    #[test]
    fn one_client_has_one_key_however_many_addresses_its_network_has() {
        let key = |text: &str| network(text.parse().unwrap());
        assert_eq!(key("2001:db8::1"), key("2001:db8::ffff:1"));
        assert_ne!(key("2001:db8::1"), key("2001:db8:0:1::1"));
        assert_ne!(key("192.0.2.1"), key("192.0.2.2"));
    }
}
