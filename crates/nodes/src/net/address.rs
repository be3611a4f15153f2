//! Which addresses lie outside, where anybody may be called.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Ranges of version 4 that lead inside or nowhere: the first address, the bits that count, what they are.
const INSIDE_V4: &[([u8; 4], u32, &str)] = &[
    ([0, 0, 0, 0], 8, "this machine"),
    ([10, 0, 0, 0], 8, "a private network"),
    ([100, 64, 0, 0], 10, "a provider's inner network"),
    ([127, 0, 0, 0], 8, "this machine"),
    ([169, 254, 0, 0], 16, "the local link, where clouds keep credentials"),
    ([172, 16, 0, 0], 12, "a private network"),
    ([192, 0, 0, 0], 24, "reserved"),
    ([192, 0, 2, 0], 24, "reserved for documents"),
    ([192, 88, 99, 0], 24, "reserved"),
    ([192, 168, 0, 0], 16, "a private network"),
    ([198, 18, 0, 0], 15, "reserved for measurements"),
    ([198, 51, 100, 0], 24, "reserved for documents"),
    ([203, 0, 113, 0], 24, "reserved for documents"),
    ([224, 0, 0, 0], 4, "a multicast group"),
    ([240, 0, 0, 0], 4, "reserved"),
];

/// Ranges of version 6 within the addresses that are given out, 2000::/3, that lead inside or nowhere.
const INSIDE_V6: &[([u16; 2], u32, &str)] = &[
    ([0x2001, 0], 23, "reserved"),
    ([0x2001, 0xdb8], 32, "reserved for documents"),
    ([0x3fff, 0], 20, "reserved for documents"),
];

/// What is inside about an address; none if it lies outside. An address that only wraps one of version 4 is judged
/// as that.
pub(super) fn inside(address: IpAddr) -> Option<&'static str> {
    match address {
        IpAddr::V4(address) => inside_v4(address),
        IpAddr::V6(address) => inside_v6(address),
    }
}

fn inside_v4(address: Ipv4Addr) -> Option<&'static str> {
    let found = INSIDE_V4.iter().find(|(first, bits, _)| {
        let shift = 32 - bits;
        address.to_bits() >> shift == u32::from_be_bytes(*first) >> shift
    });
    found.map(|(_, _, what)| *what)
}

/// Only what is known to be given out lies outside, so a range that is new is inside until this table says otherwise.
fn inside_v6(address: Ipv6Addr) -> Option<&'static str> {
    if let Some(wrapped) = wrapped(address) {
        return inside_v4(wrapped);
    }
    let bits = address.to_bits();
    if bits >> 125 != 1 {
        return Some(match address.segments()[0] {
            0 if bits <= 1 => "this machine",
            0xfc00..=0xfdff => "a private network",
            0xfe80..=0xfeff => "the local link",
            0xff00..=0xffff => "a multicast group",
            _ => "reserved",
        });
    }
    let found = INSIDE_V6.iter().find(|([high, low], count, _)| {
        let first = (u32::from(*high) << 16) | u32::from(*low);
        (bits >> 96) >> (32 - count) == u128::from(first >> (32 - count))
    });
    found.map(|(_, _, what)| *what)
}

/// The address of version 4 inside one of version 6: mapped, translated (64:ff9b::/96), or of 6to4 (2002::/16).
fn wrapped(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let [a, b, c, d, e, f, g, h] = address.segments();
    let of = |high: u16, low: u16| Ipv4Addr::from_bits((u32::from(high) << 16) | u32::from(low));
    match [a, b, c, d, e, f] {
        [0, 0, 0, 0, 0, 0xffff] | [0x64, 0xff9b, 0, 0, 0, 0] => Some(of(g, h)),
        [0x2002, high, low, ..] => Some(of(high, low)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_range_inside_is_known_from_its_first_address_to_its_last() {
        let ranges = [
            ("0.0.0.0", "0.255.255.255"),
            ("10.0.0.0", "10.255.255.255"),
            ("100.64.0.0", "100.127.255.255"),
            ("127.0.0.0", "127.255.255.255"),
            ("169.254.0.0", "169.254.255.255"),
            ("172.16.0.0", "172.31.255.255"),
            ("192.0.0.0", "192.0.0.255"),
            ("192.168.0.0", "192.168.255.255"),
            ("198.18.0.0", "198.19.255.255"),
            ("224.0.0.0", "239.255.255.255"),
            ("240.0.0.0", "255.255.255.255"),
            ("::", "::1"),
            ("::7f00:1", "::ffff:0"),
            ("fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
            ("fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
            ("fec0::", "ff02::1"),
            ("::ffff:10.0.0.0", "::ffff:10.255.255.255"),
            ("::ffff:169.254.169.254", "::ffff:127.0.0.1"),
            ("64:ff9b::10.0.0.1", "64:ff9b::127.0.0.1"),
            ("64:ff9b:1::", "64:ff9b:1:ffff::1"),
            ("2002:7f00:1::", "2002:a9fe:a9fe::1"),
            ("2001::", "2001:1ff:ffff::"),
            ("2001:db8::1", "3fff:fff::"),
            ("100::1", "4000::"),
        ];
        for address in ranges.iter().flat_map(|(first, last)| [first, last]) {
            let parsed: IpAddr = address.parse().unwrap_or_else(|error| panic!("{address}: {error}"));
            assert!(inside(parsed).is_some(), "{address}");
        }
    }

    #[test]
    fn neighbours_of_the_ranges_lie_outside() {
        for address in [
            "1.0.0.0",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "169.253.255.255",
            "169.255.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.0",
            "192.167.255.255",
            "192.169.0.0",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "8.8.8.8",
            "2606:4700::1111",
            "2a00::1",
            "2001:200::1",
            "2001:4860:4860::8888",
            "::ffff:8.8.8.8",
            "64:ff9b::8.8.8.8",
            "2002:808:808::1",
        ] {
            let parsed: IpAddr = address.parse().unwrap_or_else(|error| panic!("{address}: {error}"));
            assert_eq!(inside(parsed), None, "{address}");
        }
    }
}
