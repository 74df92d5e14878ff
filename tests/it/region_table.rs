//! The table of Regions, held against botocore's data.
//!
//! AWS opens Regions all the time, so a table that was right goes stale. botocore comes from PyPI:
//!
//! ```sh
//! python3 data/regions.py install target/tmp/botocore-venv
//! cargo test --test it -- region_table:: --ignored
//! ```

use std::process::Command;

use stscope::sts::region::REGIONS;

const SOURCE: &str = include_str!("../../src/aws/region.rs");

/// What the script says with the Python that has botocore.
fn regions_py(what: &str) -> String {
    let python = crate::environment::python("botocore-venv", "botocore is", "data/regions.py");
    let output = Command::new(python)
        .args(["data/regions.py", what])
        .output()
        .expect("it starts");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

#[test]
#[ignore = "needs botocore: python3 data/regions.py install target/tmp/botocore-venv"]
fn the_table_of_regions_is_botocores() {
    let table = SOURCE.split("pub const REGIONS: &[Region] = &[\n").nth(1);
    let table = table.and_then(|table| table.split("];").next());
    assert_eq!(
        table.expect("the table is in the source"),
        regions_py("rows"),
        "the table in src/aws/region.rs is stale: 'data/regions.py rows' prints the new one"
    );
}

#[test]
#[ignore = "needs botocore: python3 data/regions.py install target/tmp/botocore-venv"]
fn the_endpoints_of_the_table_are_botocores() {
    let hosts: Vec<String> = (REGIONS.iter())
        .map(|region| {
            let hosts = [region.host(), region.fips_host(), region.dualstack_host()];
            format!("{} {}", region.code, hosts.join(" "))
        })
        .collect();
    let said = regions_py("hosts");
    assert_eq!(hosts, said.lines().collect::<Vec<_>>());
}
