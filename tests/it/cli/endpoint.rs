//! `endpoint`: what a host name is, and the table of STS endpoints.

use serde_json::{Value, json};

use super::harness::{Run, SAMPLE, Said, column, number, stscope};
use super::logs::{call, log, put};

#[test]
fn a_host_is_explained() {
    insta::assert_snapshot!(
        stscope("endpoint STS.EU-West-1.amazonaws.com.:443 sts.amazonaws.com").run(),
        @"
    exit 0
    --- standard output
    host                         STS.EU-West-1.amazonaws.com.:443
    client_provided_host_header  sts.eu-west-1.amazonaws.com
    endpoint                     regional
    endpoint_region              eu-west-1
    region_name                  Europe (Ireland)
    endpoint_variant             standard
    partition                    aws
    why                          it names eu-west-1

    host                         sts.amazonaws.com
    client_provided_host_header  sts.amazonaws.com
    endpoint                     global
    partition                    aws
    why                          it is the global endpoint; its calls are logged in us-east-1, wherever they are answered

    --- standard error
    "
    );
}

#[test]
fn a_url_is_told_from_a_host() {
    let said = stscope("endpoint https://sts.amazonaws.com/ proxy.example").run();
    assert_eq!(
        said.text()
            .matches("endpoint                     other")
            .count(),
        2,
        "{said}"
    );
    assert!(
        said.text()
            .contains("it is no host name: of a URL, give what is between //"),
        "{said}"
    );
    assert!(
        said.text().contains("a proxy, a CNAME or an address"),
        "{said}"
    );
}

#[test]
fn hosts_are_what_the_contract_says() {
    let vpce = "vpce-0a1b2c-3d4e5f.sts.eu-west-1.vpce.amazonaws.com";
    let zonal = "vpce-0a1b2c-3d4e5f-eu-west-1a.sts.eu-west-1.vpce.amazonaws.com";
    for (host, endpoint, region, variant) in [
        ("sts.amazonaws.com", "global", "", ""),
        ("  STS.amazonaws.COM:443 ", "global", "", ""),
        ("sts-global.eu-west-1.amazonaws.com", "global", "", ""),
        (
            "sts.us-east-1.amazonaws.com",
            "regional",
            "us-east-1",
            "standard",
        ),
        (
            "sts-fips.us-gov-west-1.amazonaws.com",
            "regional",
            "us-gov-west-1",
            "fips",
        ),
        (
            "sts.eu-west-1.api.aws",
            "regional",
            "eu-west-1",
            "dualstack",
        ),
        (
            "sts-fips.us-east-1.api.aws",
            "regional",
            "us-east-1",
            "fips-dualstack",
        ),
        (
            "sts.cn-north-1.amazonaws.com.cn",
            "regional",
            "cn-north-1",
            "standard",
        ),
        (
            "sts.xx-newest-7.amazonaws.com",
            "regional",
            "xx-newest-7",
            "standard",
        ),
        (vpce, "regional", "eu-west-1", "vpce"),
        (zonal, "regional", "eu-west-1", "vpce"),
        ("sts.amazonaws.com.proxy.example", "other", "", ""),
        ("10.0.0.1", "other", "", ""),
        ("s3.eu-west-1.amazonaws.com", "other", "", ""),
        ("", "unknown", "", ""),
    ] {
        let said = stscope("endpoint --format json")
            .arg("--")
            .arg(host)
            .run()
            .exits(0);
        let said = said.says_nothing();
        let rows = said.rows();
        assert_eq!(column(&rows, "endpoint"), [endpoint], "{host}");
        assert_eq!(column(&rows, "endpoint_region"), [region], "{host}");
        assert_eq!(column(&rows, "endpoint_variant"), [variant], "{host}");
        assert_eq!(column(&rows, "host"), [host]);
    }
}

#[test]
fn every_endpoint_of_the_table_is_what_the_table_says() {
    let rows = stscope("endpoint --format json").run().exits(0).rows();
    assert!(rows.len() > 30);
    for (name, variant) in [
        ("endpoint", "standard"),
        ("fips_endpoint", "fips"),
        ("dualstack_endpoint", "dualstack"),
    ] {
        let hosts = column(&rows, name);
        let answers = stscope("endpoint --format json")
            .args(&hosts)
            .run()
            .exits(0)
            .rows();
        for (row, answer) in rows.iter().zip(&answers) {
            assert_eq!(answer["endpoint"], "regional", "{answer}");
            assert_eq!(answer["endpoint_region"], row["region"], "{answer}");
            // Where the usual name is the FIPS one, as in GovCloud, it stands twice.
            let is_usual = answer["host"] == row["endpoint"];
            let variant = if is_usual { "standard" } else { variant };
            assert_eq!(answer["endpoint_variant"], variant, "{answer}");
            assert_eq!(answer["partition"], row["partition"], "{answer}");
        }
    }
    let mut regions = column(&rows, "region");
    regions.sort();
    assert_eq!(regions, column(&rows, "region"), "in order");
}

#[test]
fn the_table_tells_what_can_be_switched_off() {
    let rows = stscope("endpoint --format json").run().exits(0).rows();
    let of = |region: &str| {
        rows.iter()
            .find(|row| row["region"] == region)
            .unwrap()
            .clone()
    };
    let ireland = of("eu-west-1");
    assert_eq!(
        (&ireland["enabled_by_default"], &ireland["can_deactivate"]),
        (&true.into(), &true.into())
    );
    assert_eq!(of("us-east-1")["can_deactivate"], false);
    assert_eq!(of("af-south-1")["enabled_by_default"], false);
    assert_eq!(of("us-east-1")["endpoint"], "sts.us-east-1.amazonaws.com");
    let table = stscope("endpoint").run().exits(0);
    assert!(table.text().starts_with("REGION "), "{table}");
    assert!(
        table.text().contains("sts.eu-west-1.amazonaws.com"),
        "{table}"
    );
}

#[test]
fn hostile_hosts_are_harmless() {
    let host = "sts\u{1b}[31m\u{202e}.example\n";
    let said = stscope("endpoint").arg(host).run().exits(0);
    assert!(!said.text().contains(['\u{1b}', '\u{202e}']), "{said}");
    let said = stscope("endpoint --format csv")
        .args(["=cmd()", "@x"])
        .run()
        .exits(0);
    let mut reader = csv::Reader::from_reader(said.stdout.as_slice());
    let first: Vec<String> = reader
        .records()
        .map(|record| record.unwrap()[0].to_owned())
        .collect();
    assert_eq!(first, ["'=cmd()", "'@x"]);
    let rows: Vec<Value> = stscope("endpoint --format json")
        .arg(host)
        .run()
        .exits(0)
        .rows();
    assert_eq!(rows[0]["host"], host);
}

/// What is said of two calls through a proxy, where this is known of hosts.
fn through_a_proxy(command: &str, hosts: &str) -> Said {
    let folder = tempfile::tempdir().unwrap();
    let hosts = put(folder.path(), "hosts.txt", hosts.as_bytes());
    let to = |number, host: &str| {
        call(
            number,
            json!({ "tlsDetails": { "clientProvidedHostHeader": host } }),
        )
    };
    let records = [
        to(1, "STS.Corp.Example:8443"),
        to(2, "vpn.corp.example"),
        to(3, "sts.eu-west-3.amazonaws.com"),
        to(4, "sts.elsewhere.example"),
    ];
    let run = stscope(command).arg("-").arg("--hosts").arg(&hosts);
    run.input(log(&records)).run()
}

const HOSTS: &str = "\u{feff}# ours\r\nsts.corp.example global # the proxy\r\n\
                     *.corp.example regional eu-west-1\r\n*amazonaws.com global\r\n";

#[test]
fn hosts_that_tell_nothing_are_looked_up_where_the_user_says_what_they_lead_to() {
    let group_by = "client_provided_host_header,endpoint,evidence,endpoint_region,endpoint_variant";
    let command = format!("report --format json --sort group --group-by {group_by}");
    let said = through_a_proxy(&command, HOSTS).exits(0);
    let rows = said.rows();
    let value = |name: &str| column(&rows, name).join(" ");
    let hosts =
        "sts.corp.example sts.elsewhere.example sts.eu-west-3.amazonaws.com vpn.corp.example";
    assert_eq!(value("client_provided_host_header"), hosts);
    assert_eq!(value("endpoint"), "global other regional regional");
    assert_eq!(
        value("evidence"),
        "host-map host-header host-header host-map"
    );
    assert_eq!(value("endpoint_region"), "  eu-west-3 eu-west-1");
    assert_eq!(value("endpoint_variant"), "  standard ");
    // A name of AWS's own needs no looking up.
    said.says(&["no host was looked up that matches line 4 (*amazonaws.com);"]);
    let plan = through_a_proxy("plan --format json", HOSTS).exits(0);
    assert_eq!(number(&plan.rows()[0]["calls"]), 1);
    through_a_proxy("report --fail-on global", HOSTS).exits(1);
    through_a_proxy("regions", HOSTS).exits(0);
    // A line that may be a typo hides no global call from a gate. One that a line before it makes
    // useless does not matter, and who fails a gate fails it.
    let gate = |hosts: &str| through_a_proxy("report --fail-on global", hosts);
    gate("sts.crop.example global\n").exits(2).says(&[
        "cannot be judged: --hosts: line 1 (sts.crop.example) matched none of the hosts read",
        "mend the line",
    ]);
    gate("*.example regional eu-west-1\nsts.corp.example global\n")
        .exits(0)
        .says(&["no host was looked up that matches line 2 (sts.corp.example);"]);
    gate("sts.corp.example global\nsts.crop.example global\n").exits(1);
    // No SDK calls a name of the user's own by default.
    let row = &plan.rows()[0];
    assert_eq!(row["cause"], "explicit-endpoint");
    let fix = row["fix"].as_str().unwrap();
    assert!(
        fix.starts_with("These calls go to a host name of your own"),
        "{fix}"
    );
    let events = through_a_proxy("events --sort none --format csv --quiet", HOSTS).exits(0);
    assert!(
        events.text().contains(",global,sts.corp.example,"),
        "{events}"
    );
    events.says_nothing();
}

/// CloudTrail says of newer calls itself where they went.
#[test]
fn a_name_of_ones_own_is_what_has_to_change_whoever_says_where_it_leads() {
    let folder = tempfile::tempdir().unwrap();
    let hosts = put(folder.path(), "hosts.txt", b"sts.corp.example global\n");
    let detail = json!({ "RequestDetails": { "endpointType": "global" } });
    let records = [(1, detail), (2, Value::Null)].map(|(number, additional)| {
        call(
            number,
            json!({
                "additionalEventData": additional,
                "userAgent": "Boto3/1.42.0 md/Botocore#1.42.0",
                "tlsDetails": { "clientProvidedHostHeader": "sts.corp.example" },
            }),
        )
    });
    let logs = put(folder.path(), "logs/a.json.gz", &log(&records));
    // Without the list, only the first is known to be global, and its SDK alone is judged by.
    for (list, calls, cause) in [
        (Some(&hosts), 2, "explicit-endpoint"),
        (None, 1, "no-region"),
    ] {
        let with_list = |mut run: Run| {
            if let Some(list) = list {
                run = run.arg("--hosts").arg(list);
            }
            run.run().exits(0)
        };
        let store = folder.path().join(format!("{calls}.db"));
        with_list(stscope("ingest -q --store").arg(&store).arg(&logs));
        let of_store = stscope("plan -q --format json --store").arg(&store).run();
        let of_logs = with_list(stscope("plan -q --format json").arg(&logs));
        for rows in [of_logs.rows(), of_store.exits(0).rows()] {
            assert_eq!(rows.len(), 1);
            assert_eq!(number(&rows[0]["calls"]), calls);
            assert_eq!(rows[0]["cause"], cause);
            let fix = rows[0]["fix"].as_str().unwrap();
            assert!(
                fix.starts_with("These calls go to a host name of your own"),
                "{fix}"
            );
        }
    }
}

#[test]
fn a_list_of_hosts_that_cannot_be_understood_is_an_error_before_anything_is_read() {
    for (hosts, pieces) in [
        (
            "# x\nsts.corp.example",
            ["hosts.txt: line 2: ", "where it leads is missing"],
        ),
        (
            "sts.corp.example Global\n",
            ["line 1: 'Global' is neither", "; write 'HOST"],
        ),
        (
            "a regional eu-west1",
            ["line 1: 'eu-west1' is no name", "such as eu-west-1"],
        ),
        (
            "a global\nb regional eu-west-1 x",
            ["line 2: 'x' is too much", "; write"],
        ),
        ("# nothing\n", ["there is no line in it", "leave it out"]),
    ] {
        through_a_proxy("report", hosts)
            .fails(&["--hosts "])
            .says(&pieces);
    }
    let said = stscope("report --hosts /nowhere/hosts.txt")
        .arg(SAMPLE)
        .run();
    said.fails(&["--hosts /nowhere/hosts.txt: ", "'HOST-GLOB global'"]);
}

#[test]
fn a_host_is_explained_by_what_the_user_says_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let hosts = put(folder.path(), "hosts.txt", HOSTS.as_bytes());
    let said =
        stscope("endpoint --format json sts.corp.example vpn.corp.example sts.amazonaws.com x")
            .arg("--hosts")
            .arg(&hosts)
            .run()
            .exits(0);
    let rows = said.rows();
    let value = |name: &str| column(&rows, name).join(" ");
    assert_eq!(value("endpoint"), "global regional global other");
    assert_eq!(value("endpoint_region"), " eu-west-1  ");
    let why = rows[1]["why"].as_str().unwrap();
    assert!(why.contains("line 3 of --hosts"), "{why}");
    let said = stscope("endpoint --hosts").arg(&hosts).run();
    said.exits(2);
}
