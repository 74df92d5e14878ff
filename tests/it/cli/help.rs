//! Help, the man page and completions.

use super::harness::{Run, SAMPLE, stscope};

const COMMANDS: [&str; 18] = [
    "overview",
    "report",
    "verify",
    "plan",
    "regions",
    "events",
    "ingest",
    "forget",
    "store",
    "trend",
    "endpoint",
    "query",
    "completions",
    "man",
    "map",
    "merge",
    "settle",
    "help",
];

fn help(words: &str) -> String {
    stscope(words)
        .run()
        .exits(0)
        .says_nothing()
        .text()
        .to_owned()
}

#[test]
fn every_command_has_help_with_an_example() {
    for command in COMMANDS {
        for flag in ["-h", "--help"] {
            let text = help(&format!("{command} {flag}"));
            assert!(text.contains("Example"), "{command} {flag}");
            assert!(
                text.contains(&format!("  stscope {command}")),
                "{command} {flag}"
            );
            assert!(text.contains("Usage: "), "{command} {flag}");
        }
        assert_eq!(
            help(&format!("help {command}")),
            help(&format!("{command} --help"))
        );
    }
    let text = help("--help");
    assert!(
        COMMANDS
            .iter()
            .all(|command| text.contains(&format!("\n  {command} "))),
        "{text}"
    );
}

#[test]
fn help_tells_the_exit_codes_and_explains_every_dimension() {
    assert!(help("--help").contains("Exit codes:\n  0 done   1 a --fail-on gate failed"));
    for command in ["report", "plan", "events"] {
        let text = help(&format!("{command} --help"));
        for code in [
            "  0  done",
            "  1  a --fail-on gate failed",
            "  2  wrong usage",
            "  3  done, but",
        ] {
            assert!(text.contains(code), "{command}: {code}");
        }
        let dimensions = super::formats::all_dimensions();
        for dimension in dimensions {
            assert!(
                text.contains(&format!("\n  {dimension} ")),
                "{command}: {dimension}"
            );
        }
    }
}

#[test]
fn help_names_every_option_of_the_contract() {
    let reading = [
        "--since",
        "--until",
        "--account",
        "--region",
        "--endpoint <",
        "--where",
        "--sort",
        "--top",
        "--format",
        "-o, --output",
        "--no-prune",
        "--no-dedup",
        "--threads",
        "--reads",
        "--profile",
        "--endpoint-url",
        "--no-sign-request",
        "--request-payer",
        "--dry-run",
        "--strict",
        "--fail-on",
        "--allow",
        "-q, --quiet",
        "--progress",
        "--files-from",
    ];
    for option in reading {
        assert!(help("report --help").contains(option), "{option}");
        assert!(help("events --help").contains(option), "{option}");
        let is_hidden = option == "--endpoint <";
        assert!(
            help("plan --help").contains(option) != is_hidden,
            "{option}"
        );
    }
    for option in ["--group-by", "--min-calls"] {
        assert!(help("report --help").contains(option), "{option}");
    }
    for option in ["--ip-ranges", "--by", "--output-dir", "--min-calls"] {
        assert!(help("plan --help").contains(option), "{option}");
    }
}

/// The widest line of what is said in a terminal of this width.
fn width(run: Run, columns: &str) -> usize {
    let said = run.env("COLUMNS", columns).run().exits(0);
    said.text()
        .lines()
        .map(|line| line.chars().count())
        .max()
        .unwrap_or(0)
}

/// Clap wraps options to any width; what follows them has columns of its own, and is never wrapped well.
#[test]
fn examples_and_what_follows_them_fit_into_80_columns() {
    for command in COMMANDS.into_iter().chain([""]) {
        for flag in ["-h", "--help"] {
            let text = help(&format!("{command} {flag}"));
            let (_, after) = text.split_once("\nExample").expect("examples");
            for line in after.lines() {
                assert!(line.chars().count() <= 80, "{command} {flag}: {line}");
            }
        }
    }
}

#[test]
fn help_is_never_wider_than_100_columns() {
    for columns in ["100", "300"] {
        for command in COMMANDS.into_iter().chain([""]) {
            for flag in ["-h", "--help"] {
                let wide = width(stscope(command).arg(flag), columns);
                assert!(wide <= 100, "{command} {flag}: {wide}");
            }
        }
    }
}

#[test]
fn short_help_fits_80_columns() {
    for command in ["", "events", "endpoint", "completions", "man"] {
        let wide = width(stscope(command).arg("-h"), "80");
        assert!(wide <= 80, "{command}: {wide}");
    }
}

#[test]
fn completions_are_scripts_for_each_shell() {
    for (shell, sign) in [
        (
            "bash",
            "complete -o nospace -o bashdefault -o nosort -F _clap_complete_stscope stscope",
        ),
        ("zsh", "#compdef stscope"),
        (
            "fish",
            "complete --keep-order --exclusive --command stscope",
        ),
        ("powershell", "Register-ArgumentCompleter"),
        ("elvish", "edit:completion:arg-completer[stscope]"),
    ] {
        let text = help(&format!("completions {shell}"));
        assert!(text.contains(sign), "{shell}: {text}");
        // It asks the program of this name, wherever that is.
        assert!(
            text.contains("STSCOPE_COMPLETE") && !text.contains("target"),
            "{text}"
        );
    }
}

/// What a shell offers for the last of some words.
fn offered(words: &str) -> Vec<String> {
    let words: Vec<&str> = words.split(' ').collect();
    let said = stscope("--")
        .arg("stscope")
        .args(&words)
        .env("STSCOPE_COMPLETE", "bash")
        .env("_CLAP_COMPLETE_INDEX", &words.len().to_string())
        .run()
        .exits(0);
    said.text().lines().map(str::to_owned).collect()
}

#[test]
fn completions_know_commands_dimensions_regions_gates_and_pages() {
    for (words, expected) in [
        ("re", ["regions", "report"].as_slice()),
        ("report --group-by cl", &["client_provided_host_header"]),
        (
            "report --group-by sdk,prin",
            &["sdk,principal", "sdk,principal_type"],
        ),
        (
            "plan --region eu-central-",
            &["eu-central-1", "eu-central-2"],
        ),
        ("events --region us-east-1,glo", &["us-east-1,global"]),
        ("report --where tls", &["tls_version="]),
        ("report --endpoint global,un", &["global,unknown"]),
        ("report --fail-on new", &["new-global"]),
        ("trend --by w", &["week"]),
        ("help beyond", &["beyond-one-machine"]),
    ] {
        let mut offered = offered(words);
        offered.sort();
        assert_eq!(offered, expected, "{words}");
    }
}

#[test]
fn completions_offer_stores_where_a_store_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let within = |name: &str| format!("{}/{name}", folder.path().display());
    let store = within("a.db");
    stscope("ingest -q --store")
        .args([store.as_str(), SAMPLE])
        .run()
        .exits(0);
    std::fs::write(within("a.json"), "{}").unwrap();
    std::fs::create_dir(within("above")).unwrap();
    for command in [
        "report --store",
        "ingest --store",
        "store info",
        "store check",
    ] {
        let offered = offered(&format!("{command} {}", within("a")));
        assert_eq!(offered, [store.clone(), within("above/")], "{command}");
    }
    let logs = offered(&format!("report {}", within("a.j")));
    assert_eq!(logs, [within("a.json")]);
}

/// The long options and the arguments that the help of a command names.
fn options(words: &str) -> Vec<String> {
    let text = help(&format!("{words} --help"));
    let options = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
    let mut options: Vec<String> = options
        .filter(|word| word.starts_with("--") && word.len() > 2)
        .map(str::to_owned)
        .collect();
    options.sort();
    options.dedup();
    assert!(options.contains(&"--help".to_owned()), "{text}");
    options
}

/// A page as it is read: roff escapes hyphens and dots.
fn unescaped(page: &str) -> String {
    page.replace("\\-", "-")
        .replace("\\&", "")
        .replace("\\fB", "")
        .replace("\\fR", "")
}

#[test]
fn the_man_page_has_every_command_and_every_option_of_each() {
    let text = unescaped(&help("man"));
    assert!(text.contains(".TH stscope 1"), "{text}");
    for section in [".SH NAME", ".SH SYNOPSIS", ".SH OPTIONS", ".SH SUBCOMMANDS"] {
        assert!(text.contains(section), "{section}");
    }
    assert!(
        text.contains("Exit codes"),
        "the man page tells the exit codes"
    );
    for command in COMMANDS.into_iter().chain(["store info", "store check"]) {
        let heading = format!("\n.SH \"STSCOPE {}\"\n", command.to_uppercase());
        let (_, section) = text.split_once(&heading).expect(&heading);
        let section = section.split("\n.SH ").next().unwrap();
        for option in options(command) {
            assert!(section.contains(&option), "{command}: {option}");
        }
    }
}

#[test]
fn a_page_for_each_command_is_written_to_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let man = folder.path().join("share/man1");
    std::fs::create_dir_all(&man).unwrap();
    std::fs::write(man.join("stscope-plan.1"), "of an earlier release").unwrap();
    let said = stscope("man --dir").arg(&man).run();
    assert!(said.exits(0).says_nothing().stdout.is_empty());
    let mut expected = vec![
        "stscope.1".to_owned(),
        "stscope-store-check.1".to_owned(),
        "stscope-store-info.1".to_owned(),
    ];
    expected.extend(COMMANDS.map(|command| format!("stscope-{command}.1")));
    expected.sort();
    assert_eq!(super::logs::names_in(&man), expected);
    for command in COMMANDS.into_iter().chain(["store info", "store check"]) {
        let name = format!("stscope-{}.1", command.replace(' ', "-"));
        let page = unescaped(&std::fs::read_to_string(man.join(&name)).unwrap());
        assert!(page.contains(&format!(".TH {}", &name[..name.len() - 2])));
        for option in options(command) {
            assert!(page.contains(&option), "{name}: {option}");
        }
    }
}

#[test]
fn a_folder_of_pages_that_is_a_file_is_an_error() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let said = stscope("man --dir").arg(file.path()).run();
    said.fails(&["--dir ", "name a folder"]);
}

#[test]
fn the_version_is_the_packages() {
    let expected = format!("stscope {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(help("--version"), expected);
    assert_eq!(help("-V"), expected);
}

/// The pages in the table of contents: what each is called, and where it is.
fn pages() -> Vec<(String, String)> {
    let contents = std::fs::read_to_string("docs/SUMMARY.md").unwrap();
    let links = contents.lines().filter_map(|line| {
        let (title, file) = line.strip_prefix("- [")?.split_once("](")?;
        Some((title.to_owned(), file.strip_suffix(".md)")?.to_owned()))
    });
    links.collect()
}

#[test]
fn help_shows_every_page_of_the_manual_in_lines_that_fit() {
    let list = help("help topics");
    assert!(pages().len() > 20 && list.lines().count() == pages().len() + 2);
    for ((_, file), line) in pages().iter().zip(list.lines().skip(2)) {
        let name = file.rsplit('/').next().unwrap();
        let page = std::fs::read_to_string(format!("docs/{file}.md")).unwrap();
        let title = page.lines().next().unwrap().strip_prefix("# ").unwrap();
        assert!(line.ends_with(&format!(" {title}")), "{line}");
        let words = line.strip_suffix(title).unwrap().trim();
        assert!(words == name || words == format!("manual {name}"), "{line}");
        for columns in [60, 80, 200] {
            let said = stscope(&format!("help {words}"))
                .env("COLUMNS", &columns.to_string())
                .run()
                .exits(0)
                .says_nothing();
            let text = said.text();
            let first_word = title.split(' ').next().unwrap().to_uppercase();
            assert!(text.starts_with(&first_word), "{said}");
            for line in text.lines().filter(|line| line.chars().count() > columns) {
                // Code is never broken, nor is a word.
                let is_word = line.trim().trim_start_matches("- ").split(' ').count() <= 2;
                assert!(line.starts_with("    ") || is_word, "{name}: {line}");
            }
            assert!(!text.contains("](") && !text.contains("<!--"), "{said}");
        }
    }
}

#[test]
fn help_of_what_is_not_there_names_what_was_meant() {
    stscope("help nighly")
        .run()
        .fails(&["'nighly'", "perhaps 'nightly'", "stscope help topics"]);
    stscope("help manual \u{1b}[1m").run().fails(&["no page"]);
    stscope("help store infos").run().fails(&["'store infos'"]);
    assert_eq!(help("help store info"), help("store info --help"));
    assert_eq!(help("help"), help("--help"));
}
