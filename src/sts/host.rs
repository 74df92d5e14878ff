//! The host header a client sent, and what kind of STS endpoint has that name.
//!
//! Names are chosen by the client: anything may be here, and whatever is not certainly a name of
//! AWS's own is `Other`. Forms: <https://docs.aws.amazon.com/general/latest/gr/sts.html> and, for
//! PrivateLink, <https://docs.aws.amazon.com/vpc/latest/privatelink/vpce-interface.html>.

use std::borrow::Cow;

use crate::aws::region::{SuffixKind, is_region, suffix_kind};

/// A host header, normalised: trimmed, lower case, without port and trailing dots. Never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host<'a>(Cow<'a, str>);

impl<'a> Host<'a> {
    /// Normalises a header as it was sent. `None` where nothing is left of it.
    ///
    /// ```
    /// use stscope::sts::Host;
    /// assert_eq!(Host::normalise(" STS.AmazonAWS.com.:443 ").unwrap().as_str(), "sts.amazonaws.com");
    /// assert_eq!(Host::normalise(" . "), None);
    /// ```
    pub fn normalise(header: &'a str) -> Option<Host<'a>> {
        // Most are. All bytes are looked at, whatever they are: so it is done some of them at once.
        let is_normal =
            (header.bytes()).fold(true, |all, byte| all & (is_of_label(byte) || byte == b'.'));
        if is_normal && !header.is_empty() && !header.ends_with('.') {
            return Some(Host(Cow::Borrowed(header)));
        }
        Host::normalise_any(header)
    }

    fn normalise_any(header: &'a str) -> Option<Host<'a>> {
        let host = header.trim().trim_end_matches('.');
        let host = without_port(host).trim_end_matches('.');
        if host.is_empty() {
            return None;
        }
        Some(Host(if host.bytes().any(|b| b.is_ascii_uppercase()) {
            Cow::Owned(host.to_ascii_lowercase())
        } else {
            Cow::Borrowed(host)
        }))
    }

    /// The normalised name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What kind of endpoint has this name.
    pub fn kind(&self) -> HostKind<'_> {
        kind(&self.0)
    }
}

/// Whether a normalised name is none of AWS's.
pub(crate) fn is_own_name(host: &str) -> bool {
    kind(host) == HostKind::Other
}

fn kind(host: &str) -> HostKind<'_> {
    if host == "sts.amazonaws.com" {
        return HostKind::Global { served_in: None };
    }
    plain_name(host)
        .or_else(|| privatelink_name(host))
        .unwrap_or(HostKind::Other)
}

/// The endpoint that a host name leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostKind<'a> {
    /// `sts.amazonaws.com`, or AWS's name for a global call that was served in another Region.
    Global {
        /// The Region of `sts-global.<region>.amazonaws.com`.
        served_in: Option<&'a str>,
    },
    /// A Regional endpoint, on the internet or in a VPC.
    Regional {
        /// The Region in the name.
        region: &'a str,
        /// Which of the Region's endpoints it is.
        variant: Variant,
    },
    /// A proxy, a CNAME of the user's own, an address.
    Other,
}

/// Which of a Region's STS endpoints a host name is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variant {
    /// `sts.<region>.amazonaws.com`
    Standard,
    /// `sts-fips.<region>.amazonaws.com`
    Fips,
    /// `sts.<region>.api.aws`
    DualStack,
    /// `sts-fips.<region>.api.aws`
    FipsDualStack,
    /// A VPC endpoint's own name.
    Vpce,
}

impl Variant {
    /// Every variant.
    pub const ALL: [Variant; 5] = [
        Variant::Standard,
        Variant::Fips,
        Variant::DualStack,
        Variant::FipsDualStack,
        Variant::Vpce,
    ];

    /// The value of the `endpoint_variant` dimension.
    pub fn as_str(self) -> &'static str {
        match self {
            Variant::Standard => "standard",
            Variant::Fips => "fips",
            Variant::DualStack => "dualstack",
            Variant::FipsDualStack => "fips-dualstack",
            Variant::Vpce => "vpce",
        }
    }
}

/// Whether this byte may be between the dots of a name of AWS; it needs no normalising.
fn is_of_label(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'
}

/// Cuts one `:port`. A bare IPv6 address, which no client may send unbracketed, is left alone.
fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port))
            if port.bytes().all(|b| b.is_ascii_digit())
                && (!name.contains(':') || name.ends_with(']')) =>
        {
            name
        }
        _ => host,
    }
}

/// What is before the first dot, and after it. Labels are short: `split_once` takes three times
/// as long.
fn first_label(name: &str) -> Option<(&str, &str)> {
    let dot = name.bytes().position(|byte| byte == b'.')?;
    Some((&name[..dot], &name[dot + 1..]))
}

/// `sts.<region>.<suffix>`, `sts-fips.<region>.<suffix>`, `sts-global.<region>.amazonaws.com`.
fn plain_name(host: &str) -> Option<HostKind<'_>> {
    let (service, rest) = first_label(host)?;
    let (region, suffix) = first_label(rest)?;
    if !matches!(service, "sts" | "sts-fips" | "sts-global") || !is_region(region) {
        return None;
    }
    if service == "sts-global" {
        return (suffix == "amazonaws.com").then_some(HostKind::Global {
            served_in: Some(region),
        });
    }
    let variant = match (service, suffix_kind(suffix)?) {
        ("sts", SuffixKind::Standard) => Variant::Standard,
        ("sts", SuffixKind::DualStack) => Variant::DualStack,
        (_, SuffixKind::Standard) => Variant::Fips,
        (_, SuffixKind::DualStack) => Variant::FipsDualStack,
    };
    Some(HostKind::Regional { region, variant })
}

/// `[zone.|*.]vpce-<id>[-zone].sts[-fips].<region>.vpce.<suffix>`
fn privatelink_name(host: &str) -> Option<HostKind<'_>> {
    let name_part = |label: &str| !label.is_empty() && label.bytes().all(is_of_label);
    let (first, after_first) = first_label(host)?;
    let (endpoint, rest) = if first.starts_with("vpce-") {
        (first, after_first)
    } else if first == "*" || name_part(first) {
        first_label(after_first)?
    } else {
        return None;
    };
    if !name_part(endpoint.strip_prefix("vpce-")?) {
        return None;
    }
    let (service, rest) = first_label(rest)?;
    let (region, rest) = first_label(rest)?;
    let suffix = rest.strip_prefix("vpce.")?;
    (matches!(service, "sts" | "sts-fips") && is_region(region) && suffix_kind(suffix).is_some())
        .then_some(HostKind::Regional {
            region,
            variant: Variant::Vpce,
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn kind(header: &str) -> Option<(&'static str, Option<String>, &'static str)> {
        let host = Host::normalise(header)?;
        Some(match host.kind() {
            HostKind::Global { served_in } => ("global", served_in.map(str::to_owned), ""),
            HostKind::Regional { region, variant } => {
                ("regional", Some(region.to_owned()), variant.as_str())
            }
            HostKind::Other => ("other", None, ""),
        })
    }

    #[test]
    fn hosts_are_what_their_names_say() {
        let table: &[(&str, &str, &str, &str)] = &[
            ("sts.amazonaws.com", "global", "", ""),
            ("STS.AMAZONAWS.COM", "global", "", ""),
            ("sts.amazonaws.com:443", "global", "", ""),
            ("sts.amazonaws.com.", "global", "", ""),
            ("sts.amazonaws.com.:443", "global", "", ""),
            ("  sts.amazonaws.com..  ", "global", "", ""),
            ("sts.amazonaws.com:", "global", "", ""),
            (
                "sts-global.eu-north-1.amazonaws.com",
                "global",
                "eu-north-1",
                "",
            ),
            ("sts-global.eu-north-1.amazonaws.com.cn", "other", "", ""),
            ("sts-global.amazonaws.com", "other", "", ""),
            (
                "sts.us-east-1.amazonaws.com",
                "regional",
                "us-east-1",
                "standard",
            ),
            (
                "sts.eu-west-1.amazonaws.com:8443",
                "regional",
                "eu-west-1",
                "standard",
            ),
            (
                "sts.apiso-northsouth-3r.amazonaws.com",
                "regional",
                "apiso-northsouth-3r",
                "standard",
            ),
            (
                "sts.me-west-1.amazonaws.com",
                "regional",
                "me-west-1",
                "standard",
            ),
            (
                "sts-fips.us-east-2.amazonaws.com",
                "regional",
                "us-east-2",
                "fips",
            ),
            (
                "sts.us-gov-west-1.amazonaws.com",
                "regional",
                "us-gov-west-1",
                "standard",
            ),
            (
                "sts.eu-west-1.api.aws",
                "regional",
                "eu-west-1",
                "dualstack",
            ),
            (
                "sts-fips.eu-west-1.api.aws",
                "regional",
                "eu-west-1",
                "fips-dualstack",
            ),
            (
                "sts.cn-north-1.amazonaws.com.cn",
                "regional",
                "cn-north-1",
                "standard",
            ),
            (
                "sts.cn-north-1.api.amazonwebservices.com.cn",
                "regional",
                "cn-north-1",
                "dualstack",
            ),
            (
                "sts.eusc-de-east-1.amazonaws.eu",
                "regional",
                "eusc-de-east-1",
                "standard",
            ),
            (
                "sts.us-iso-east-1.c2s.ic.gov",
                "regional",
                "us-iso-east-1",
                "standard",
            ),
            (
                "sts.us-isob-east-1.sc2s.sgov.gov",
                "regional",
                "us-isob-east-1",
                "standard",
            ),
            (
                "sts.eu-isoe-west-1.cloud.adc-e.uk",
                "regional",
                "eu-isoe-west-1",
                "standard",
            ),
            (
                "sts.us-isof-south-1.csp.hci.ic.gov",
                "regional",
                "us-isof-south-1",
                "standard",
            ),
            (
                "vpce-07a469e9e500866e6-wrptt4b4.sts.us-east-1.vpce.amazonaws.com",
                "regional",
                "us-east-1",
                "vpce",
            ),
            (
                "vpce-07a469e9e500866e6-wrptt4b4-us-east-1a.sts.us-east-1.vpce.amazonaws.com:443",
                "regional",
                "us-east-1",
                "vpce",
            ),
            (
                "*.vpce-0a-b.sts.eu-west-1.vpce.amazonaws.com",
                "regional",
                "eu-west-1",
                "vpce",
            ),
            (
                "eu-west-1a.vpce-0a-b.sts.eu-west-1.vpce.amazonaws.com",
                "regional",
                "eu-west-1",
                "vpce",
            ),
            (
                "vpce-0a-b.sts-fips.us-east-1.vpce.amazonaws.com",
                "regional",
                "us-east-1",
                "vpce",
            ),
            (
                "vpce-0a-b.sts.cn-north-1.vpce.amazonaws.com.cn",
                "regional",
                "cn-north-1",
                "vpce",
            ),
            ("sts.us-west-2.vpce.amazonaws.com", "other", "", ""),
            ("vpce-0a-b.s3.us-east-1.vpce.amazonaws.com", "other", "", ""),
            ("vpce-.sts.us-east-1.vpce.amazonaws.com", "other", "", ""),
            (
                "a.b.vpce-0a-b.sts.us-east-1.vpce.amazonaws.com",
                "other",
                "",
                "",
            ),
            ("sts.amazonaws.com.proxy.example", "other", "", ""),
            ("sts.us-east-1.amazonaws.com.proxy.example", "other", "", ""),
            ("xsts.amazonaws.com", "other", "", ""),
            ("sts.amazonaws.com.cn", "other", "", ""),
            ("sts.us-east-1.amazonaws.org", "other", "", ""),
            ("sts.Us_east-1.amazonaws.com", "other", "", ""),
            ("sts..amazonaws.com", "other", "", ""),
            ("10.0.0.1:3128", "other", "", ""),
            ("[2001:db8::1]:443", "other", "", ""),
            ("localhost", "other", "", ""),
            (":443", "", "", ""),
            ("", "", "", ""),
            (" .. ", "", "", ""),
        ];
        for &(header, endpoint, region, variant) in table {
            let expected = (!endpoint.is_empty()).then(|| {
                (
                    endpoint,
                    (!region.is_empty()).then(|| region.to_owned()),
                    variant,
                )
            });
            assert_eq!(kind(header), expected, "{header:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_normal_is_left_as_it_would_be(
            pieces in proptest::collection::vec(
                proptest::sample::select(vec![
                    "sts", "sts-fips", ".", "-", "us-east-1", "amazonaws.com", "é", "STS", ":",
                    "443", " ", "vpce-0a", "[", "]", "_",
                ]),
                0..8,
            ),
        ) {
            let header = pieces.concat();
            prop_assert_eq!(Host::normalise(&header), Host::normalise_any(&header));
        }
    }

    #[test]
    fn a_bracketed_address_loses_its_port_and_a_bare_one_loses_nothing() {
        let shown = |header| Host::normalise(header).map(|h| h.as_str().to_owned());
        assert_eq!(shown("[2001:DB8::1]:443").as_deref(), Some("[2001:db8::1]"));
        assert_eq!(shown("2001:db8::1").as_deref(), Some("2001:db8::1"));
        assert_eq!(shown("proxy:1:2").as_deref(), Some("proxy:1:2"));
    }
}
