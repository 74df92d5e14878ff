//! Credentials, Regions, certificates and proxies, as the environment says.

use std::fs;

use s3server::Server;

use super::child::{command, run, told};

const KEYS: [(&str, &str); 2] = [
    ("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE"),
    ("AWS_SECRET_ACCESS_KEY", "secret/key"),
];

fn server() -> Server {
    let server = Server::start();
    server.put("trail", "k", b"hi".as_slice());
    server.change(|behaviour| {
        behaviour.known.insert("AKIAEXAMPLE".into());
    });
    server
}

fn with<'a>(server: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut all = vec![("AWS_ENDPOINT_URL_S3", server)];
    all.extend(more);
    all
}

#[test]
fn keys_of_the_environment_sign_every_request() {
    let server = server();
    let endpoint = server.endpoint();
    let told = run("s3://trail/", &with(&endpoint, &KEYS));
    assert!(told.starts_with("FOUND {\"k\": Ok([104, 105])}"), "{told}");
    for asked in server.asked() {
        let signed = &asked.headers["authorization"];
        assert!(signed.contains("/us-east-1/s3/aws4_request"), "{signed}");
        assert!(
            signed.contains("host;") && signed.contains("x-amz-date"),
            "{signed}"
        );
        assert!(asked.headers["user-agent"].ends_with("app/stscope"));
        assert!(!asked.headers.contains_key("x-amz-request-payer"));
    }
}

#[test]
fn no_credentials_name_who_was_asked() {
    let server = server();
    let endpoint = server.endpoint();
    let told = run("s3://trail/", &with(&endpoint, &[]));
    assert!(
        told.starts_with("ERROR fatal=true s3://: no AWS credentials: tried the environment"),
        "{told}"
    );
    assert!(server.asked().is_empty());
}

#[test]
fn refused_credentials_are_fatal_and_not_shown() {
    let server = server();
    let endpoint = server.endpoint();
    let told = run(
        "s3://trail/",
        &with(&endpoint, &[("AWS_ACCESS_KEY_ID", "AKIAWRONG"), KEYS[1]]),
    );
    assert!(
        told.contains("AWS does not accept these credentials (InvalidAccessKeyId)"),
        "{told}"
    );
    assert!(
        !told.contains("AKIAWRONG") && !told.contains("secret"),
        "{told}"
    );
}

#[test]
fn a_bucket_in_another_region_is_followed() {
    for tell_region_on_head in [false, true] {
        let server = server();
        server.change(|behaviour| {
            behaviour.region = Some("eu-central-1".into());
            behaviour.tell_region_on_head = tell_region_on_head;
        });
        let endpoint = server.endpoint();
        let told = run("s3://trail/", &with(&endpoint, &KEYS));
        assert!(told.starts_with("FOUND {\"k\": Ok"), "{told}");
        let asked = server.asked();
        let of_home =
            |asked: &&s3server::Asked| asked.headers["authorization"].contains("/eu-central-1/");
        assert!(asked.iter().filter(of_home).count() >= 2, "{asked:?}");
        assert_eq!(
            asked.iter().any(|asked| asked.method == "HEAD"),
            tell_region_on_head
        );
    }
}

#[test]
fn who_reads_pays_only_if_he_says_so() {
    let server = server();
    server.change(|behaviour| behaviour.requester_pays = true);
    let endpoint = server.endpoint();
    let told = run("s3://trail/", &with(&endpoint, &KEYS));
    assert!(told.contains("s3:ListBucket is missing"), "{told}");
    let told = run(
        "s3://trail/",
        &with(&endpoint, &[KEYS[0], KEYS[1], ("STSCOPE_TEST_PAYER", "1")]),
    );
    assert!(told.starts_with("FOUND"), "{told}");
}

/// A profile whose program gives a token that is in a file, so that a test can let it expire.
fn profile(folder: &std::path::Path) -> (String, String) {
    let (config, token) = (folder.join("config"), folder.join("token"));
    fs::write(&token, "first").expect("a file");
    fs::write(
        &config,
        format!(
            "[profile prod]\nregion = eu-west-1\ncredential_process = sh -c 'printf %s \"{{\\\"Version\\\":1,\\\"AccessKeyId\\\":\\\"AKIAEXAMPLE\\\",\\\"SecretAccessKey\\\":\\\"secret\\\",\\\"SessionToken\\\":\\\"$(cat {})\\\"}}\"'\n",
            token.display()
        ),
    )
    .expect("a file");
    (config.display().to_string(), token.display().to_string())
}

#[test]
fn a_token_that_expires_while_reading_is_renewed_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let (config, token) = profile(folder.path());
    let pause = folder.path().join("pause").display().to_string();
    let server = server();
    let endpoint = server.endpoint();
    for renewed in [true, false] {
        fs::write(&token, "first").expect("a file");
        server.change(|behaviour| behaviour.expired.clear());
        let environment = with(
            &endpoint,
            &[
                ("AWS_CONFIG_FILE", &config),
                ("STSCOPE_TEST_PROFILE", "prod"),
                ("STSCOPE_TEST_PAUSE", &pause),
            ],
        );
        let child = command("s3://trail/", &environment)
            .stdout(std::process::Stdio::piped())
            .spawn()
            .expect("a child");
        while !std::path::Path::new(&pause).exists() {
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        server.change(|behaviour| {
            behaviour.expired.insert("first".into());
        });
        if renewed {
            fs::write(&token, "second").expect("a file");
        }
        fs::remove_file(&pause).expect("the file");
        let told = told(&child.wait_with_output().expect("an end"));
        if renewed {
            assert!(told.starts_with("FOUND {\"k\": Ok"), "{told}");
        } else {
            assert!(
                told.contains(
                    "the AWS credentials have expired; log in again (aws sso login --profile prod)"
                ),
                "{told}"
            );
        }
    }
}

#[test]
fn a_named_profile_goes_before_the_environment() {
    let folder = tempfile::tempdir().expect("a folder");
    let (config, _) = profile(folder.path());
    let server = server();
    let endpoint = server.endpoint();
    let wrong = ("AWS_ACCESS_KEY_ID", "AKIAWRONG");
    let told = run(
        "s3://trail/",
        &with(
            &endpoint,
            &[
                wrong,
                KEYS[1],
                ("AWS_CONFIG_FILE", &config),
                ("STSCOPE_TEST_PROFILE", "prod"),
            ],
        ),
    );
    assert!(told.starts_with("FOUND"), "{told}");
    let told = run(
        "s3://trail/",
        &with(
            &endpoint,
            &[
                ("AWS_CONFIG_FILE", &config),
                ("STSCOPE_TEST_PROFILE", "typo"),
            ],
        ),
    );
    assert!(
        told.contains("--profile: there is no profile “typo”"),
        "{told}"
    );
}

#[test]
fn a_program_for_credentials_that_fails_is_not_quoted() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = folder.path().join("config");
    fs::write(
        &config,
        "[default]\ncredential_process = sh -c 'echo secret-in-words >&2; exit 3'\n",
    )
    .expect("a file");
    let server = server();
    let endpoint = server.endpoint();
    let config = config.display().to_string();
    let told = run(
        "s3://trail/",
        &with(&endpoint, &[("AWS_CONFIG_FILE", &config)]),
    );
    assert!(
        told.contains("credential_process failed") && !told.contains("secret-in-words"),
        "{told}"
    );
}

#[test]
fn a_bundle_of_certificates_is_trusted_and_nothing_else() {
    let server = Server::start_with_tls();
    server.put("trail", "k", b"hi".as_slice());
    let folder = tempfile::tempdir().expect("a folder");
    let pem = folder.path().join("ca.pem");
    fs::write(&pem, server.certificate()).expect("a file");
    let pem = pem.display().to_string();
    let endpoint = server.endpoint();
    for name in ["AWS_CA_BUNDLE", "SSL_CERT_FILE"] {
        let told = run(
            "s3://trail/",
            &with(&endpoint, &[KEYS[0], KEYS[1], (name, &pem)]),
        );
        assert!(told.starts_with("FOUND {\"k\": Ok"), "{name}: {told}");
    }
    let told = run("s3://trail/", &with(&endpoint, &KEYS));
    assert!(
        told.contains("is not trusted") && told.contains("AWS_CA_BUNDLE"),
        "{told}"
    );
}

#[test]
fn a_proxy_is_asked_unless_it_is_not_to_be() {
    let server = server();
    let endpoint = server.endpoint();
    // No such host: only the proxy can answer.
    let there = "http://s3.invalid:9000";
    let told = run(
        "s3://trail/",
        &with(there, &[KEYS[0], KEYS[1], ("HTTP_PROXY", &endpoint)]),
    );
    assert!(told.starts_with("FOUND {\"k\": Ok"), "{told}");
    assert_eq!(server.asked()[0].headers["host"], "s3.invalid:9000");
    let told = run(
        "s3://trail/",
        &with(
            &endpoint,
            &[
                KEYS[0],
                KEYS[1],
                ("HTTP_PROXY", "http://127.0.0.1:9"),
                ("NO_PROXY", "127.0.0.1"),
            ],
        ),
    );
    assert!(told.starts_with("FOUND"), "{told}");
    let told = run("s3://trail/", &with(there, &[KEYS[0], KEYS[1]]));
    assert!(told.contains("no connection to S3"), "{told}");
}
