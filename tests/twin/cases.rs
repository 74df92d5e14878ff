//! How many cases a property is tried on.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

/// The same few cases for every commit; PROPTEST_CASES asks for so many others.
pub fn cases(few: u32) -> ProptestConfig {
    let asked = std::env::var("PROPTEST_CASES").ok();
    let asked = asked.and_then(|cases| cases.parse().ok());
    ProptestConfig {
        cases: asked.unwrap_or(few),
        rng_seed: asked.map_or(RngSeed::Fixed(1), |_| RngSeed::Random),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}
