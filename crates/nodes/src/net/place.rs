//! Places that may be called though they lie inside: a host, a host and port, an address, a range of addresses.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

/// One entry of the allow-list: `db.internal`, `db.internal:8080`, `10.0.0.5`, `10.0.0.5:8080`, `[::1]:8080`,
/// `10.0.0.0/8`, `fd00::/8`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place(Kind);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    /// A name, as it stands in the address of a call.
    Host { name: String, port: Option<u16> },
    /// Addresses whose first bits are these; with a port only where the call itself names the address.
    Range { first: IpAddr, bits: u8, port: Option<u16> },
}

/// Why a text names no place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no place: write a host, host:port, an address or a range such as 10.0.0.0/8")]
pub struct PlaceError(String);

impl Place {
    /// Whether an address is meant, on whatever port and by whatever name it was found.
    pub(super) fn holds(&self, address: IpAddr) -> bool {
        matches!(self.0, Kind::Range { first, bits, port: None } if is_in(address, first, bits))
    }

    /// Whether a call that names this address and port is meant.
    pub(super) fn holds_at(&self, address: IpAddr, at: u16) -> bool {
        matches!(self.0, Kind::Range { first, bits, port } if port.is_none_or(|port| port == at) && is_in(address, first, bits))
    }

    /// Whether a call that names this host and port is meant.
    pub(super) fn names(&self, host: &str, at: u16) -> bool {
        let host = host.strip_suffix('.').unwrap_or(host);
        matches!(&self.0, Kind::Host { name, port } if port.is_none_or(|port| port == at) && name.eq_ignore_ascii_case(host))
    }
}

fn is_in(address: IpAddr, first: IpAddr, bits: u8) -> bool {
    match (address.to_canonical(), first) {
        (IpAddr::V4(address), IpAddr::V4(first)) => {
            let mask = u32::MAX.checked_shl(32 - u32::from(bits)).unwrap_or(0);
            address.to_bits() & mask == first.to_bits() & mask
        }
        (IpAddr::V6(address), IpAddr::V6(first)) => {
            let mask = u128::MAX.checked_shl(128 - u32::from(bits)).unwrap_or(0);
            address.to_bits() & mask == first.to_bits() & mask
        }
        _ => false,
    }
}

impl FromStr for Place {
    type Err = PlaceError;

    fn from_str(text: &str) -> Result<Self, PlaceError> {
        let wrong = || PlaceError(text.to_owned());
        let trimmed = text.trim();
        if let Some((address, bits)) = trimmed.split_once('/') {
            let first: IpAddr = address.parse().map_err(|_| wrong())?;
            let bits: u8 = bits.parse().map_err(|_| wrong())?;
            let most = if first.is_ipv4() { 32 } else { 128 };
            return if bits <= most { Ok(Self(Kind::Range { first, bits, port: None })) } else { Err(wrong()) };
        }
        if let Ok(address) = trimmed.parse::<IpAddr>() {
            return Ok(Self(one(address, None)));
        }
        let (host, port) = match trimmed.rsplit_once(':') {
            Some((host, port)) => (host, Some(port.parse().ok().filter(|&port| port > 0).ok_or_else(wrong)?)),
            None => (trimmed, None),
        };
        let inner = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        if let Some(address) = inner {
            let address: Ipv6Addr = address.parse().map_err(|_| wrong())?;
            return Ok(Self(one(address.into(), port)));
        }
        match url::Host::parse(host) {
            Ok(url::Host::Domain(name)) if !name.contains('*') => {
                let name = name.strip_suffix('.').unwrap_or(&name).to_owned();
                Ok(Self(Kind::Host { name, port }))
            }
            Ok(url::Host::Ipv4(address)) => Ok(Self(one(address.into(), port))),
            _ => Err(wrong()),
        }
    }
}

fn one(address: IpAddr, port: Option<u16>) -> Kind {
    let first = address.to_canonical();
    Kind::Range { first, bits: if first.is_ipv4() { 32 } else { 128 }, port }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let port = match &self.0 {
            Kind::Host { name, port } => {
                f.write_str(name)?;
                port
            }
            Kind::Range { first, bits, port } => {
                match (first, port) {
                    (IpAddr::V6(first), Some(_)) => write!(f, "[{first}]")?,
                    (first, _) => write!(f, "{first}")?,
                }
                if *bits < if first.is_ipv4() { 32 } else { 128 } {
                    write!(f, "/{bits}")?;
                }
                port
            }
        };
        port.map_or(Ok(()), |port| write!(f, ":{port}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(text: &str) -> Place {
        text.parse().unwrap_or_else(|error| panic!("{error}"))
    }

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    #[test]
    fn places_are_read_and_written() {
        for (text, written) in [
            ("10.0.0.0/8", "10.0.0.0/8"),
            ("fd00::/8", "fd00::/8"),
            ("10.0.0.5", "10.0.0.5"),
            ("10.0.0.5/32", "10.0.0.5"),
            ("10.0.0.5:8080", "10.0.0.5:8080"),
            ("::1", "::1"),
            ("[::1]:8080", "[::1]:8080"),
            ("::ffff:10.0.0.5", "10.0.0.5"),
            (" DB.internal. ", "db.internal"),
            ("db.internal:8080", "db.internal:8080"),
        ] {
            assert_eq!(place(text).to_string(), written, "{text}");
            assert_eq!(place(written), place(text), "{text}");
        }
        for text in [
            "",
            "10.0.0.0/33",
            "::/129",
            "a/8",
            "host:",
            "host:0",
            "host:99999",
            "*.internal",
            "a b",
            "[::1",
            "http://a",
        ] {
            assert!(text.parse::<Place>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn ranges_hold_their_addresses_alone() {
        assert!(place("10.0.0.0/8").holds(address("10.255.0.1")) && !place("10.0.0.0/8").holds(address("11.0.0.1")));
        assert!(place("10.0.0.0/8").holds(address("::ffff:10.1.1.1")));
        assert!(place("0.0.0.0/0").holds(address("127.0.0.1")) && !place("0.0.0.0/0").holds(address("::1")));
        assert!(place("fd00::/8").holds(address("fd12::1")) && !place("fd00::/8").holds(address("fe80::1")));
        assert!(place("::1").holds(address("::1")) && !place("::1").holds(address("::2")));
    }

    #[test]
    fn a_port_narrows_a_place() {
        let (any, one) = (place("127.0.0.1"), place("127.0.0.1:80"));
        assert!(any.holds_at(address("127.0.0.1"), 81) && !one.holds_at(address("127.0.0.1"), 81));
        assert!(one.holds_at(address("127.0.0.1"), 80) && !one.holds(address("127.0.0.1")), "a name may lead anywhere");
        assert!(place("db:80").names("DB.", 80) && !place("db:80").names("db", 81) && place("db").names("db", 81));
        assert!(!place("db").names("x.db", 80));
    }
}
