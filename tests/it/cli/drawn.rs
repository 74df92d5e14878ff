//! Pages for a browser and workbooks: what strangers chose stays text in them.

use std::collections::BTreeSet;
use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};

use calamine::{Data, Reader as _, Xlsx};
use html5gum::{Token, Tokenizer};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::harness::{SAMPLE, stscope};
use super::logs::{call, files_below, log, put};

/// What a browser or Excel would do something with.
pub const HOSTILE: [&str; 6] = [
    "</td></bdi><script>alert('text')</script>",
    "\"><img src=x onerror=alert(1)>",
    "=HYPERLINK(\"http://evil.example\";\"x\")",
    "&lt;b&gt; --> ]]> <!-- {{7*7}} javascript:alert(2)",
    "a\u{202e}gnp.exe\u{2066}\u{0}\u{1b}[2J\r\n\t_x0041_",
    "https://evil.example/?q=<svg/onload=alert(3)>",
];

/// Logs in which every field that is shown has one of the texts.
pub fn hostile_logs() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut calls = Vec::new();
    for (at, text) in (0..).zip(HOSTILE) {
        for (kind, host) in [
            (0, "sts.amazonaws.com"),
            (1, "sts.eu-west-1.amazonaws.com"),
            (2, text),
        ] {
            calls.push(call(
                10 * at + kind,
                json!({
                    "eventName": if at == 0 { "AssumeRole".to_owned() } else { format!("X{text}") },
                    "sourceIPAddress": text,
                    "userAgent": format!("Boto3/1.28.{text} app/{text} exec-env/{text}"),
                    "errorCode": text,
                    "awsRegion": if kind == 1 { text } else { "us-east-1" },
                    "recipientAccountId": if kind == 2 { text } else { "000011112222" },
                    "vpcEndpointId": format!("vpce-{text}"),
                    "requestParameters": { "roleArn": format!("arn:aws:iam::{text}:role/{text}") },
                    "additionalEventData": { "awsServingRegion": text },
                    "userIdentity": {
                        "type": if at % 2 == 0 { "AssumedRole" } else { text },
                        "accountId": text,
                        "principalId": format!("AROA:{text}"),
                        "arn": format!("arn:aws:sts::1:assumed-role/r/{text}"),
                        "inScopeOf": { "issuerType": text, "credentialsIssuedTo": text },
                        "sessionContext": {
                            "sessionIssuer": { "type": "Role", "arn": format!("arn:aws:iam::1:role/{text}") },
                        },
                    },
                    "tlsDetails": { "clientProvidedHostHeader": host, "tlsVersion": text, "keyExchange": text },
                }),
            ));
        }
    }
    let day = "AWSLogs/000011112222/CloudTrail/us-east-1/2025/11/03";
    put(folder.path(), format!("{day}/calls.json"), &log(&calls));
    // A name is chosen by strangers, too.
    put(
        folder.path(),
        format!("{day}/<img src=x onerror=alert(4)>\u{202e}.json"),
        b"{\"Records\":[",
    );
    // Digests of the sample, and one that is none, for verify.
    for file in files_below(Path::new("sample-logs")) {
        let name = file.to_str().unwrap();
        if name.contains("CloudTrail-Digest") {
            put(folder.path(), name, &fs::read(&file).unwrap());
        }
    }
    let digests = "AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2025/11/03";
    let name =
        "111122223333_CloudTrail-Digest_us-east-1_<img src=x onerror=alert(4)>_20251103T1004Z.json";
    put(folder.path(), format!("{digests}/{name}"), b"{\"digestS");
    folder
}

/// Every page that there is, of these logs: its name and what is asked.
pub fn pages(logs: &Path) -> Vec<(&'static str, PathBuf)> {
    [
        "overview", "report", "plan", "regions", "events", "trend", "verify",
    ]
    .map(|name| (name, logs.to_owned()))
    .into()
}

fn written(name: &str, logs: &Path, ending: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(format!("page.{ending}"));
    let words = match name {
        "report" => {
            "report -q --group-by endpoint,client_provided_host_header,vpc_endpoint_id,principal,\
             account_id,error_code,role_arn,session_name,in_scope_of,source_ip_address,user_agent"
        }
        name => &format!("{name} -q"),
    };
    let said = stscope(words).arg(logs).arg("-o").arg(&file).run();
    assert!(matches!(said.status.code(), Some(0 | 1 | 3)), "{said}");
    fs::read(file).unwrap()
}

/// Texts that a page of the hostile logs shows: at least the name of the file that is damaged.
fn shown(name: &str) -> &'static [&'static str] {
    match name {
        "trend" | "regions" | "verify" => &["<img src=x onerror=alert(4)>"],
        _ => &[
            "<img src=x onerror=alert(4)>",
            "</td></bdi><script>alert('text')</script>",
            "<img src=x onerror=alert(1)>",
        ],
    }
}

/// The elements, attributes and texts of a page.
#[derive(Default)]
struct Parsed {
    elements: BTreeSet<String>,
    attributes: BTreeSet<(String, String)>,
    text: String,
    content: Vec<String>,
}

fn page_place(page: &str, piece: &str) -> usize {
    page.find(piece)
        .unwrap_or_else(|| panic!("{piece} is missing"))
}

fn parse(page: &str) -> Parsed {
    let mut parsed = Parsed::default();
    // What is inside these is no markup, but the policy's: a tokenizer alone does not know that.
    let mut markup = page.to_owned();
    for tag in ["style", "script"] {
        let start = page_place(&markup, &format!("<{tag}>")) + tag.len() + 2;
        let end = start + page_place(&markup[start..], &format!("</{tag}>"));
        markup.replace_range(start..end, "");
    }
    for Ok(token) in Tokenizer::new(&markup) {
        match token {
            Token::StartTag(tag) => {
                let name = String::from_utf8(tag.name.to_vec()).unwrap();
                for (attribute, value) in &tag.attributes {
                    let attribute = String::from_utf8(attribute.to_vec()).unwrap();
                    let value = String::from_utf8(value.to_vec()).unwrap();
                    parsed.content.push(format!("{attribute}={value}"));
                    parsed.attributes.insert((name.clone(), attribute));
                }
                parsed.elements.insert(name);
            }
            Token::String(text) => parsed.text += std::str::from_utf8(&text).unwrap(),
            Token::Comment(_) => panic!("a comment"),
            Token::Error(error) => panic!("{error:?}"),
            Token::EndTag(_) | Token::Doctype(_) => {}
        }
    }
    parsed
}

const ELEMENTS: &[&str] = &[
    "a",
    "article",
    "bdi",
    "body",
    "dd",
    "defs",
    "desc",
    "details",
    "div",
    "dl",
    "dt",
    "figcaption",
    "figure",
    "g",
    "h1",
    "h2",
    "h3",
    "head",
    "html",
    "input",
    "label",
    "li",
    "main",
    "meta",
    "nav",
    "p",
    "path",
    "pattern",
    "pre",
    "rect",
    "script",
    "section",
    "span",
    "strong",
    "style",
    "summary",
    "svg",
    "table",
    "tbody",
    "td",
    "text",
    "th",
    "thead",
    "title",
    "tr",
    "ul",
    "wbr",
];

const ATTRIBUTES: &[&str] = &[
    "aria-hidden",
    "aria-label",
    "charset",
    "class",
    "content",
    "d",
    "fill",
    "font-size",
    "height",
    "href",
    "http-equiv",
    "id",
    "lang",
    "name",
    "patterntransform",
    "patternunits",
    "role",
    "scope",
    "stroke",
    "stroke-width",
    "tabindex",
    "text-anchor",
    "title",
    "transform",
    "type",
    "viewbox",
    "width",
    "x",
    "y",
];

#[test]
fn on_every_page_what_strangers_chose_stays_text() {
    let logs = hostile_logs();
    for (name, logs) in pages(logs.path()) {
        let page = String::from_utf8(written(name, &logs, "html")).unwrap();
        let parsed = parse(&page);
        for element in &parsed.elements {
            assert!(ELEMENTS.contains(&element.as_str()), "{name}: <{element}>");
        }
        for (element, attribute) in &parsed.attributes {
            assert!(
                ATTRIBUTES.contains(&attribute.as_str()),
                "{name}: <{element} {attribute}>"
            );
        }
        // Once each: none came along with a text.
        for tag in ["<script", "<style", "<html", "<title>stscope"] {
            assert!(page.matches(tag).count() <= 1, "{name}: {tag}");
        }
        for content in &parsed.content {
            for piece in ["alert", "evil", "http:", "https:", "javascript", "<"] {
                assert!(!content.contains(piece), "{name}: {content}");
            }
            // A drawing refers to its own hatch alone.
            assert!(
                !content.contains("url(") || content == "fill=url(#not-read)",
                "{name}: {content}"
            );
        }
        for text in shown(name) {
            assert!(
                parsed.text.contains(text),
                "{name}: {text} is not to be seen"
            );
        }
        assert!(
            !parsed.text.contains(['\u{202e}', '\u{0}', '\u{1b}']),
            "{name}"
        );
        assert!(parsed.text.contains("damaged or not readable"), "{name}");
    }
}

#[test]
fn the_policy_of_a_page_allows_its_own_style_and_script_and_nothing_else() {
    use base64::Engine as _;
    let page = String::from_utf8(written("overview", Path::new(SAMPLE), "html")).unwrap();
    let hash = |tag: &str| {
        let start = page.find(&format!("<{tag}>")).unwrap() + tag.len() + 2;
        let end = start + page[start..].find(&format!("</{tag}>")).unwrap();
        let digest = ring::digest::digest(&ring::digest::SHA256, &page.as_bytes()[start..end]);
        format!(
            "'sha256-{}'",
            base64::engine::general_purpose::STANDARD.encode(digest)
        )
    };
    let policy = format!(
        "content=default-src 'none'; style-src {}; script-src {}; base-uri 'none'; form-action 'none'",
        hash("style"),
        hash("script")
    );
    let parsed = parse(&page);
    assert!(parsed.content.contains(&policy), "{policy}");
    // It comes before what it is about.
    assert!(page.find("http-equiv") < page.find("<style"));
    // No element has a style of its own, as the policy would not allow it.
    assert!(
        parsed
            .attributes
            .iter()
            .all(|(_, name)| name != "style" && !name.starts_with("on"))
    );
}

#[test]
fn a_page_says_what_was_not_read_before_everything_else() {
    let page = String::from_utf8(written("overview", Path::new("sample-logs"), "html")).unwrap();
    let place = |text: &str| {
        page.find(text)
            .unwrap_or_else(|| panic!("{text} is missing"))
    };
    assert!(place("What was not read") < place("11 files damaged"));
    assert!(place("11 files damaged") < place("STS calls"));
    assert!(place("gzip-cut.json.gz") < place("STS calls"));
    assert!(place("Calls by day") < place("Who must change what"));
    // What was not read is a hatch.
    assert!(page.contains("fill=\"url(#not-read)\""));
}

#[test]
fn a_zero_is_a_comfort_only_where_nothing_may_hide_a_call() {
    let of = |global: bool, is_damaged: bool| {
        let folder = tempfile::tempdir().unwrap();
        let host = match global {
            true => "sts.amazonaws.com",
            false => "sts.us-east-1.amazonaws.com",
        };
        let tls = json!({ "tlsDetails": { "clientProvidedHostHeader": host } });
        let day = "AWSLogs/000011112222/CloudTrail/us-east-1/2025/11/03";
        put(
            folder.path(),
            format!("{day}/calls.json"),
            &log(&[call(1, tls)]),
        );
        if is_damaged {
            put(folder.path(), format!("{day}/cut.json"), b"{\"Records\":[");
        }
        let page = String::from_utf8(written("report", folder.path(), "html")).unwrap();
        let figure = |tone| page.contains(&format!("<div class=\"{tone}\"><dt>global</dt>"));
        (figure("alarm"), figure("calm"))
    };
    assert_eq!(of(true, false), (true, false));
    assert_eq!(of(false, false), (false, true));
    assert_eq!(of(false, true), (false, false));
    // Nor where there was no call at all.
    let empty = tempfile::tempdir().unwrap();
    put(empty.path(), "us-east-1.json", b"{\"Records\":[]}");
    let page = String::from_utf8(written("report", empty.path(), "html")).unwrap();
    assert!(!page.contains("<div class=\"calm\"><dt>global</dt>"));
}

#[test]
fn what_verify_finds_is_a_table_of_its_own() {
    let digests = Path::new("sample-logs/digests");
    let page = String::from_utf8(written("verify", digests, "html")).unwrap();
    let parsed = parse(&page);
    let places = ["Chains of digests", "Findings", "wrong-previous-hash"];
    for two in places.windows(2) {
        assert!(
            parsed.text.find(two[0]) < parsed.text.find(two[1]),
            "{two:?}"
        );
    }
    assert_eq!(page.matches("<section id=\"findings\">").count(), 1);
    let sheets = sheets(written("verify", digests, "xlsx"));
    let names: Vec<&str> = sheets.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["summary", "rows", "findings"]);
    let json = stscope("verify -q --format json").arg(digests).run().json();
    let expected = json["findings"].as_array().unwrap();
    let (_, rows) = &sheets[2];
    assert_eq!(rows.len() - 1, expected.len());
    for (row, expected) in rows[1..].iter().zip(expected) {
        assert_eq!(row[0].to_string(), expected["kind"].as_str().unwrap());
        let detail = row.last().unwrap().to_string();
        assert_eq!(detail, expected["detail"].as_str().unwrap());
    }
}

#[test]
fn a_page_shows_a_thousand_rows_and_says_how_many_more_there_are() {
    let folder = tempfile::tempdir().unwrap();
    let calls: Vec<Value> = (0..1200).map(|number| call(number, json!({}))).collect();
    put(folder.path(), "x.json", &log(&calls));
    let page = |more: &str| {
        let words = format!("events -q --format html {more}");
        stscope(&words)
            .arg(folder.path())
            .run()
            .exits(0)
            .text()
            .to_owned()
    };
    for (more, rows) in [
        ("", 1000),
        ("--top 0", 1200),
        ("--top 7", 7),
        ("--sort none", 1000),
    ] {
        let page = page(more);
        assert_eq!(page.matches("<tr><td").count(), rows, "{more}");
        assert_eq!(
            page.contains("… and 200 more calls"),
            rows == 1000,
            "{more}"
        );
    }
}

/// The sheets of a workbook, by name.
fn sheets(bytes: Vec<u8>) -> Vec<(String, Vec<Vec<Data>>)> {
    let mut book = Xlsx::new(Cursor::new(bytes)).unwrap();
    let names = book.sheet_names();
    for name in &names {
        let formulas = book.worksheet_formula(name).unwrap();
        assert!(
            formulas
                .used_cells()
                .all(|(_, _, formula)| formula.is_empty()),
            "{name}"
        );
    }
    let sheet = |name: String| {
        let cells = book.worksheet_range(&name).unwrap();
        (name, cells.rows().map(<[Data]>::to_vec).collect())
    };
    names.into_iter().map(sheet).collect()
}

#[test]
fn a_workbook_has_types_zeros_and_no_formula() {
    let logs = hostile_logs();
    for (name, logs) in pages(logs.path()) {
        let sheets = sheets(written(name, &logs, "xlsx"));
        assert_eq!(sheets[0].0, "summary");
        let mut texts = BTreeSet::new();
        for cell in sheets.iter().flat_map(|(_, rows)| rows.iter().flatten()) {
            if let Data::String(text) = cell {
                texts.insert(text.clone());
            }
        }
        for shown in shown(name) {
            assert!(
                texts.iter().any(|text| text.contains(shown)),
                "{name}: {shown}"
            );
        }
        assert!(
            !texts
                .iter()
                .any(|text| text.contains(['\u{202e}', '\u{1b}'])),
            "{name}"
        );
        assert!(
            name == "verify" || texts.contains("000011112222"),
            "{name}: zeros of ids"
        );
        if name == "events" {
            assert!(texts.contains(HOSTILE[2]), "a formula is a text");
            assert!(
                texts.iter().any(|text| text.ends_with("_x0041_")),
                "escapes of Excel's are text"
            );
        }
    }
}

/// What a plan says besides its rows is on the first sheet.
#[test]
fn a_workbook_of_a_plan_has_how_much_there_is_to_do_and_what_can_go_wrong() {
    for name in ["plan", "overview"] {
        let sheets = sheets(written(name, Path::new(SAMPLE), "xlsx"));
        let cells = sheets[0].1.iter().flatten().map(ToString::to_string);
        let text = cells.collect::<Vec<_>>().join("\n");
        for said in [
            "23 global STS calls, 18 principals to change",
            "1 of them by AWS itself",
            "Not in here, and perhaps global",
            "Refused, as STS is off in that Region for that account",
            "account 000011112222: 1 call to eu-north-1",
        ] {
            assert!(text.contains(said), "{name}: {said}\n{text}");
        }
    }
}

#[test]
fn the_rows_of_a_workbook_are_those_of_json() {
    let sheets = sheets(written("overview", Path::new(SAMPLE), "xlsx"));
    let names: Vec<&str> = sheets.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "summary", "days", "accounts", "sdks", "plan", "regions", "read", "verify"
        ]
    );
    let json = stscope("overview -q --format json")
        .arg(SAMPLE)
        .run()
        .exits(0)
        .json();
    for (name, rows) in &sheets[1..] {
        let expected = json[name].as_array().unwrap();
        assert_eq!(rows.len() - 1, expected.len(), "{name}");
        for (row, expected) in rows[1..].iter().zip(expected) {
            for (column, cell) in rows[0].iter().zip(row) {
                let column = column.to_string();
                let value = match &expected["endpoints"] {
                    Value::Object(endpoints) if endpoints.contains_key(&column) => {
                        &endpoints[&column]
                    }
                    _ => &expected[&column],
                };
                let same = match (cell, value) {
                    (Data::Empty, Value::Null) => true,
                    // Excel keeps fifteen digits of a share.
                    (Data::Float(cell), Value::Number(value)) => {
                        (cell - value.as_f64().unwrap()).abs() < 1e-12
                    }
                    (Data::String(cell), Value::Bool(value)) => {
                        cell == if *value { "yes" } else { "no" }
                    }
                    (Data::String(cell), Value::String(value)) => cell == value,
                    // A date: its day, which is what a spreadsheet can be asked about.
                    (Data::DateTime(cell), Value::String(value)) => {
                        let (year, month, day, ..) = cell.to_ymd_hms_milli();
                        value.starts_with(&format!("{year:04}-{month:02}-{day:02}"))
                    }
                    _ => false,
                };
                assert!(same, "{name}: {column}: {cell:?} is not {value}");
            }
        }
    }
    let (_, days) = &sheets[1];
    assert!(matches!(days[1][0], Data::DateTime(_)), "days are dates");
}

#[test]
fn a_workbook_is_the_same_bytes_each_time_and_not_for_a_terminal() {
    let [one, other] = [(), ()].map(|()| written("overview", Path::new(SAMPLE), "xlsx"));
    assert_eq!(one, other);
    let said = stscope("report --format xlsx").arg(SAMPLE);
    #[cfg(target_os = "linux")]
    said.run_on_a_terminal()
        .fails(&["--format xlsx", "--output"]);
    #[cfg(not(target_os = "linux"))]
    drop(said);
    stscope("report -q --format xlsx")
        .arg(SAMPLE)
        .run()
        .exits(0);
}

/// Chromium and openpyxl look at every page of ordinary and of hostile logs.
#[test]
#[ignore = "needs Chromium, Playwright and openpyxl: .ci/run runs it"]
fn a_browser_finds_nothing_wrong_and_a_spreadsheet_no_formula() {
    let venv =
        crate::environment::environment("pages-venv", "Playwright is", "tests/pages/look.py");
    let hostile = hostile_logs();
    let folder = tempfile::tempdir().unwrap();
    let mut files = Vec::new();
    for (kind, logs) in [
        ("hostile", hostile.path()),
        ("sample", Path::new("sample-logs")),
    ] {
        for (name, logs) in pages(logs) {
            for ending in ["html", "xlsx"] {
                let file = folder.path().join(format!("{kind}-{name}.{ending}"));
                fs::write(&file, written(name, &logs, ending)).unwrap();
                files.push(file);
            }
        }
    }
    let said = std::process::Command::new(venv.join("bin/python"))
        .args(["tests/pages/look.py", "check"])
        .arg(&venv)
        .args(&files)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&said.stdout);
    assert!(
        said.status.success(),
        "{text}{}",
        String::from_utf8_lossy(&said.stderr)
    );
}

/// What LibreOffice makes of a workbook: its cells with their types, as XML.
fn opened_by_libreoffice(files: &[PathBuf], folder: &Path) -> Vec<String> {
    let profile = format!("-env:UserInstallation=file://{}/profile", folder.display());
    let said = std::process::Command::new("soffice")
        .args([&profile, "--headless", "--convert-to", "fods", "--outdir"])
        .arg(folder)
        .args(files)
        .output()
        .expect("soffice, of libreoffice-calc-nogui");
    assert!(said.status.success(), "{said:?}");
    let made = |file: &PathBuf| fs::read_to_string(file.with_extension("fods")).unwrap();
    files.iter().map(made).collect()
}

#[test]
#[ignore = "needs LibreOffice: .ci/run runs it"]
fn libreoffice_reads_types_and_zeros_and_no_formula() {
    let hostile = hostile_logs();
    let folder = tempfile::tempdir().unwrap();
    let mut files = Vec::new();
    for (kind, logs) in [("hostile", hostile.path()), ("sample", Path::new(SAMPLE))] {
        for (name, logs) in pages(logs) {
            let file = folder.path().join(format!("{kind}-{name}.xlsx"));
            fs::write(&file, written(name, &logs, "xlsx")).unwrap();
            files.push(file);
        }
    }
    for (file, opened) in files
        .iter()
        .zip(opened_by_libreoffice(&files, folder.path()))
    {
        let file = file.file_name().unwrap().to_string_lossy();
        assert!(!opened.contains("table:formula"), "{file}");
        // Each cell with its type: <table:table-cell … office:value-type="float" …><text:p>…
        let cells = opened.split("<table:table-cell").skip(1);
        let mut types = BTreeSet::new();
        let mut ids = 0;
        for cell in cells {
            let (head, text) = cell.split_once('>').unwrap();
            let Some((_, kind)) = head.split_once("office:value-type=\"") else {
                continue;
            };
            let kind = kind.split('"').next().unwrap();
            types.insert(kind);
            if text.trim_start().starts_with("<text:p>000011112222<") {
                assert_eq!(kind, "string", "{file}: an id");
                ids += 1;
            }
        }
        assert!(types.contains("string"), "{file}: {types:?}");
        if file == "sample-overview.xlsx" {
            let all = ["date", "float", "percentage", "string"];
            assert_eq!(types, BTreeSet::from(all), "{file}");
            assert!(ids > 0, "{file}: no id with zeros");
        }
        if file == "hostile-events.xlsx" {
            let formula = HOSTILE[2].replace('"', "&quot;");
            assert!(opened.contains(&formula), "{file}: {formula}");
        }
    }
}
