//! Where an STS call went, and a value for each place it may go.

use super::host::Variant;

/// Where a call went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endpoint<'a> {
    /// `sts.amazonaws.com`: one name for the whole world, logged in us-east-1.
    Global,
    /// A Region's own endpoint.
    Regional {
        /// The Region in the host name, else the record's `awsRegion`; `None` where neither tells.
        region: Option<&'a str>,
        /// Which of the Region's endpoints; `None` where the host name does not tell.
        variant: Option<Variant>,
    },
    /// AWS called on the customer's behalf, by a way of its own.
    AwsService,
    /// A name that is not AWS's: a proxy, a CNAME, an address.
    Other,
    /// A record of us-east-1 without a host: it could be either.
    Unknown,
}

impl Endpoint<'_> {
    /// Which kind it is, whatever the Region.
    pub fn kind(&self) -> EndpointKind {
        match self {
            Endpoint::Global => EndpointKind::Global,
            Endpoint::Regional { .. } => EndpointKind::Regional,
            Endpoint::AwsService => EndpointKind::AwsService,
            Endpoint::Other => EndpointKind::Other,
            Endpoint::Unknown => EndpointKind::Unknown,
        }
    }

    /// The value of the `endpoint` dimension.
    pub fn as_str(&self) -> &'static str {
        self.kind().as_str()
    }
}

/// The kind of an [`Endpoint`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "each is explained at `Endpoint`")]
pub enum EndpointKind {
    Global,
    Regional,
    AwsService,
    Other,
    Unknown,
}

impl EndpointKind {
    /// Every kind, in the order reports show them.
    pub const ALL: [EndpointKind; 5] = [
        EndpointKind::Global,
        EndpointKind::Regional,
        EndpointKind::AwsService,
        EndpointKind::Other,
        EndpointKind::Unknown,
    ];

    /// The value of the `endpoint` dimension.
    pub const fn as_str(self) -> &'static str {
        match self {
            EndpointKind::Global => "global",
            EndpointKind::Regional => "regional",
            EndpointKind::AwsService => "aws-service",
            EndpointKind::Other => "other",
            EndpointKind::Unknown => "unknown",
        }
    }

    /// The kind of this name.
    pub fn find(name: &str) -> Option<EndpointKind> {
        (EndpointKind::ALL.into_iter()).find(|kind| kind.as_str() == name)
    }
}

/// One value for each kind of endpoint.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ByEndpoint<T>([T; EndpointKind::ALL.len()]);

impl<T> ByEndpoint<T> {
    /// The values with their kinds, in the order reports show them.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (EndpointKind, &T)> {
        EndpointKind::ALL.into_iter().zip(&self.0)
    }

    /// The values alone, in the order of [`EndpointKind::ALL`].
    pub fn values(self) -> [T; EndpointKind::ALL.len()] {
        self.0
    }

    /// Another value made of each.
    pub fn map<U>(self, make: impl FnMut(T) -> U) -> ByEndpoint<U> {
        ByEndpoint(self.0.map(make))
    }
}

impl ByEndpoint<u64> {
    /// All of them together.
    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    /// Global / (global + regional); `None` if there are none of either.
    pub fn global_share(&self) -> Option<f64> {
        let (global, regional) = (self[EndpointKind::Global], self[EndpointKind::Regional]);
        let either = global + regional;
        (either > 0).then(|| global as f64 / either as f64)
    }
}

impl<T> std::ops::Index<EndpointKind> for ByEndpoint<T> {
    type Output = T;

    fn index(&self, kind: EndpointKind) -> &T {
        &self.0[kind as usize]
    }
}

impl<T> std::ops::IndexMut<EndpointKind> for ByEndpoint<T> {
    fn index_mut(&mut self, kind: EndpointKind) -> &mut T {
        &mut self.0[kind as usize]
    }
}

impl<T: std::ops::AddAssign> std::ops::AddAssign for ByEndpoint<T> {
    fn add_assign(&mut self, other: ByEndpoint<T>) {
        for (mine, theirs) in self.0.iter_mut().zip(other.0) {
            *mine += theirs;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_found_by_its_name_and_has_a_place_of_its_own() {
        let mut by_kind = ByEndpoint::default();
        for (at, kind) in EndpointKind::ALL.into_iter().enumerate() {
            assert_eq!(kind as usize, at);
            assert_eq!(EndpointKind::find(kind.as_str()), Some(kind));
            by_kind[kind] = kind.as_str().len() as u64;
        }
        assert!(
            by_kind
                .iter()
                .all(|(kind, &length)| kind.as_str().len() as u64 == length)
        );
        assert_eq!(EndpointKind::find("Global"), None);
    }
}
