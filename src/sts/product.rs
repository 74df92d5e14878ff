//! The words by which SDKs name themselves in a user agent, and what each means.
//!
//! Owns the table and the search in it. What an agent says beside a product is for `sdk.rs`.

use super::agent::{after, words};

/// The `sdk` of a product whose version no table knows, and of every other agent.
pub(super) const OTHER: &str = "other";

/// How the `sdk` follows from a product token.
enum Reading {
    /// One SDK, whatever its version.
    Always(&'static str),
    /// By the major version; any other major is `other`.
    ByMajor(&'static [(&'static str, &'static str)]),
    /// One SDK, which writes the path of a package before its version.
    OfPackage(&'static str),
}

/// A product token and what it means. Wrappers come before what they wrap: the AWS CLI v1 and
/// Boto3 both name the botocore inside them. Tokens are compared without regard to case.
struct Product {
    token: Token,
    reading: Reading,
}

impl Product {
    /// Whether the word before a slash is its own.
    fn is_named(&self, token: &str) -> bool {
        match self.token {
            Exact(name) => token.eq_ignore_ascii_case(name),
            Prefix(name) => after(token, name).is_some(),
        }
    }
}

enum Token {
    /// `token/`
    Exact(&'static str),
    /// `token` followed by anything that is no slash: `aws-sdk-dotnet-coreclr/`
    Prefix(&'static str),
}

use Reading::{Always, ByMajor, OfPackage};
use Token::{Exact, Prefix};

/// Every product known, in the order in which they are looked for.
#[rustfmt::skip]
const PRODUCTS: &[Product] = &[
    Product { token: Exact("aws-cli"), reading: ByMajor(&[("1", "aws-cli-v1"), ("2", "aws-cli-v2")]) },
    Product { token: Exact("boto3"), reading: Always("boto3") },
    Product { token: Exact("botocore"), reading: Always("botocore") },
    Product { token: Exact("boto"), reading: ByMajor(&[("2", "boto")]) },
    // PowerShell 3 and 4 are built on the .NET SDK 3; `AWSPowerShell`, `.Common` and `.NetCore` are one product.
    Product { token: Prefix("awspowershell"), reading: ByMajor(&[
        ("3", "aws-tools-powershell-v4"), ("4", "aws-tools-powershell-v4"), ("5", "aws-tools-powershell-v5"),
    ]) },
    Product { token: Exact("aws-sdk-go-v2"), reading: Always("aws-sdk-go-v2") },
    Product { token: Exact("aws-sdk-go"), reading: ByMajor(&[("0", "aws-sdk-go-v1"), ("1", "aws-sdk-go-v1")]) },
    Product { token: Exact("aws-sdk-java"), reading: ByMajor(&[("1", "aws-sdk-java-v1"), ("2", "aws-sdk-java-v2")]) },
    // 3.0.0 and before: `aws-sdk-nodejs-v3-@aws-sdk/client-sts/3.0.0`, and `js` for `nodejs` outside of Node.js.
    // <https://www.npmjs.com/package/@aws-sdk/util-user-agent-node/v/3.0.0>
    Product { token: Prefix("aws-sdk-nodejs-v3-"), reading: OfPackage("aws-sdk-js-v3") },
    Product { token: Prefix("aws-sdk-js-v3-"), reading: OfPackage("aws-sdk-js-v3") },
    Product { token: Exact("aws-sdk-nodejs"), reading: ByMajor(&[("2", "aws-sdk-js-v2"), ("3", "aws-sdk-js-v3")]) },
    Product { token: Exact("aws-sdk-js"), reading: ByMajor(&[("2", "aws-sdk-js-v2"), ("3", "aws-sdk-js-v3")]) },
    Product { token: Exact("aws-sdk-php"), reading: Always("aws-sdk-php") },
    Product { token: Exact("aws-sdk-php2"), reading: Always("aws-sdk-php") },
    Product { token: Exact("aws-sdk-ruby3"), reading: Always("aws-sdk-ruby") },
    Product { token: Exact("aws-sdk-ruby2"), reading: Always("aws-sdk-ruby") },
    Product { token: Exact("aws-sdk-ruby"), reading: Always("aws-sdk-ruby") },
    // `-core` after the service's own package is the same SDK, with another build number.
    Product { token: Prefix("aws-sdk-dotnet-"), reading: ByMajor(&[
        ("2", "aws-sdk-dotnet-v3"), ("3", "aws-sdk-dotnet-v3"), ("4", "aws-sdk-dotnet-v4"),
    ]) },
    Product { token: Exact("aws-sdk-dotnet"), reading: ByMajor(&[("1", "aws-sdk-dotnet-v1")]) },
    // The asynchronous SDK for Python, which is not Boto3.
    Product { token: Exact("aws-sdk-python"), reading: Always("aws-sdk-python") },
    Product { token: Exact("aws-sdk-cpp"), reading: Always("aws-sdk-cpp") },
    Product { token: Exact("aws-sdk-rust"), reading: Always("aws-sdk-rust") },
    Product { token: Exact("aws-sdk-kotlin"), reading: Always("aws-sdk-kotlin") },
    Product { token: Exact("aws-sdk-swift"), reading: Always("aws-sdk-swift") },
];

/// The SDKs of the table; one may have several words.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    PRODUCTS.iter().flat_map(|product| {
        let (one, by_major): (_, &[_]) = match product.reading {
            Always(name) | OfPackage(name) => (Some(name), &[]),
            ByMajor(majors) => (None, majors),
        };
        one.into_iter()
            .chain(by_major.iter().map(|&(_, name)| name))
    })
}

/// Whether the word before a slash is an SDK's.
pub(super) fn is_name(token: &str) -> bool {
    PRODUCTS.iter().any(|product| product.is_named(token))
}

/// The first product of the table that a word of the agent names.
pub(super) fn find(agent: &str) -> Option<(&'static str, &str)> {
    // One pass over the words; the product that comes first in the table wins.
    let mut best: Option<(usize, (&'static str, &str))> = None;
    // All of them begin with an a or a b; most words of an agent do not.
    let may_be_product =
        |word: &&str| matches!(word.as_bytes().first(), Some(b'a' | b'A' | b'b' | b'B'));
    for (token, rest) in words(agent)
        .filter(may_be_product)
        .filter_map(|word| word.split_once('/'))
    {
        let before = best.as_ref().map_or(PRODUCTS.len(), |(rank, _)| *rank);
        let found = PRODUCTS[..before]
            .iter()
            .position(|product| product.is_named(token));
        if let Some(rank) = found {
            best = Some((rank, read(&PRODUCTS[rank].reading, rest)));
            if rank == 0 {
                break;
            }
        }
    }
    best.map(|(_, named)| named)
}

/// The SDK and its version; an unknown major version is another product.
fn read<'a>(reading: &Reading, version: &'a str) -> (&'static str, &'a str) {
    match reading {
        Always(name) => (name, version),
        OfPackage(name) => (name, version.rsplit('/').next().unwrap_or(version)),
        ByMajor(majors) => {
            let major = version
                .split(|c: char| !c.is_ascii_digit())
                .next()
                .unwrap_or_default();
            let of_all = majors.first().filter(|(_, first)| {
                // The version was cut off, and there is nothing else it can be.
                version.is_empty() && majors.iter().all(|(_, name)| name == first)
            });
            let of_major = majors.iter().find(|(number, _)| *number == major);
            match of_major.or(of_all) {
                Some((_, name)) => (name, version),
                None => (OTHER, ""),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_product_begins_with_one_of_the_letters_looked_for() {
        for product in PRODUCTS {
            let (Exact(name) | Prefix(name)) = product.token;
            assert!(name.starts_with(['a', 'b']), "{name}");
        }
    }
}
