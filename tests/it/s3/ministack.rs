//! Against MiniStack, which checks signatures and policies, and knows Regions and archives.

use std::collections::HashMap;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::child::run;

/// A server that ends with the test.
struct MiniStack {
    child: Child,
    endpoint: String,
    /// Access key and secret of each user.
    users: HashMap<String, (String, String)>,
    _folder: tempfile::TempDir,
}

impl Drop for MiniStack {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl MiniStack {
    fn start() -> MiniStack {
        let venv = venv();
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|free| free.local_addr())
            .expect("a port")
            .port();
        let folder = tempfile::tempdir().expect("a folder");
        let child = Command::new(venv.join("bin/ministack"))
            .current_dir(folder.path())
            .env("AUTH", "true")
            .env("SERVICES", "s3,iam,sts")
            .env("BIND_HOST", "127.0.0.1")
            .env("GATEWAY_PORT", port.to_string())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("MiniStack");
        let mut stack = MiniStack {
            child,
            endpoint: format!("http://127.0.0.1:{port}"),
            users: HashMap::new(),
            _folder: folder,
        };
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(
                begun.elapsed() < Duration::from_secs(60),
                "MiniStack does not start"
            );
            std::thread::sleep(Duration::from_millis(50));
        }
        let prepared = Command::new(venv.join("bin/python"))
            .arg(script())
            .args(["prepare", &stack.endpoint])
            .output()
            .expect("Python");
        assert!(
            prepared.status.success(),
            "{}",
            String::from_utf8_lossy(&prepared.stderr)
        );
        stack.users = serde_json::from_slice(&prepared.stdout).expect("the users' keys");
        stack
    }

    fn as_user(&self, user: &str, at: &str) -> String {
        let (key, secret) = &self.users[user];
        run(
            at,
            &[
                ("AWS_ENDPOINT_URL", &self.endpoint),
                ("AWS_REGION", "eu-west-1"),
                ("AWS_ACCESS_KEY_ID", key),
                ("AWS_SECRET_ACCESS_KEY", secret),
            ],
        )
    }
}

fn script() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/s3/ministack.py")
}

/// Where it is installed, or will be.
fn venv() -> PathBuf {
    let venv = Path::new(env!("CARGO_TARGET_TMPDIR")).join("s3-venv");
    let installed = Command::new("python3")
        .arg("-B")
        .arg(script())
        .arg("install")
        .arg(&venv)
        .status();
    assert!(
        installed.expect("python3").success(),
        "MiniStack cannot be installed"
    );
    venv
}

#[test]
#[ignore = "needs Python and PyPI: MiniStack"]
fn signatures_policies_regions_and_archives_are_as_in_aws() {
    let stack = MiniStack::start();

    // Another Region than the one asked in: followed. Signatures of odd keys are right.
    let told = stack.as_user("all", "s3://trail/");
    assert!(told.starts_with("FOUND"), "{told}");
    for key in ["odd//key", "odd/./dot", "odd/../dots", "odd/ä +%&="] {
        let bytes = format!("{key:?}: Ok({:?})", key.as_bytes());
        assert!(told.contains(&bytes), "{key} in {told}");
    }
    assert_eq!(told.matches("AWSLogs/").count(), 12, "{told}");
    assert!(
        told.contains("s3://trail/cold/g: archived in the storage class GLACIER"),
        "{told}"
    );

    // Only `AWSLogs/` may be listed: the bucket itself leads there.
    let told = stack.as_user("logs", "s3://trail");
    assert_eq!(told.matches("Ok(").count(), 12, "{told}");
    let told = stack.as_user("logs", "s3://trail/odd/");
    assert!(told.starts_with("ERROR fatal=true s3://trail/odd/: access is denied: the permission s3:ListBucket is missing"), "{told}");

    let told = stack.as_user("lists", "s3://trail/odd//key");
    assert!(
        told.contains("the permission s3:GetObject is missing"),
        "{told}"
    );
    let told = stack.as_user("nothing", "s3://trail/");
    assert!(
        told.contains("the permission s3:ListBucket is missing"),
        "{told}"
    );
    let told = stack.as_user("all", "s3://no-such-bucket/");
    assert!(told.contains("there is no such bucket"), "{told}");

    // A wrong secret is noticed, which shows that the right ones were checked.
    let (key, _) = &stack.users["all"];
    let told = run(
        "s3://trail/",
        &[
            ("AWS_ENDPOINT_URL", &stack.endpoint),
            ("AWS_ACCESS_KEY_ID", key),
            ("AWS_SECRET_ACCESS_KEY", "wrong"),
        ],
    );
    assert!(
        told.contains("does not accept these credentials (SignatureDoesNotMatch)"),
        "{told}"
    );
    assert!(!told.contains(key.as_str()), "{told}");
}
