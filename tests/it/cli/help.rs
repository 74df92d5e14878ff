//! Help, the man page and completions.

use super::harness::{Run, stscope};

const COMMANDS: [&str; 12] = [
    "report",
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
        "--endpoint",
        "--where",
        "--sort",
        "--top",
        "--format",
        "-o, --output",
        "--no-prune",
        "--no-dedup",
        "--threads",
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
        let is_hidden = option == "--endpoint";
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
        ("bash", "complete -F _stscope"),
        ("zsh", "#compdef stscope"),
        ("fish", "complete -c stscope"),
        ("powershell", "Register-ArgumentCompleter"),
        ("elvish", "edit:completion:arg-completer[stscope]"),
    ] {
        let text = help(&format!("completions {shell}"));
        assert!(text.contains(sign), "{shell}");
        for word in [
            "report",
            "events",
            "endpoint",
            "group-by",
            "fail-on",
            "files-from",
        ] {
            assert!(text.contains(word), "{shell}: {word}");
        }
    }
}

#[test]
fn the_man_page_has_every_command_and_option() {
    let text = help("man");
    assert!(text.contains(".TH stscope 1"), "{text}");
    for section in [".SH NAME", ".SH SYNOPSIS", ".SH OPTIONS", ".SH SUBCOMMANDS"] {
        assert!(text.contains(section), "{section}");
    }
    for word in COMMANDS {
        assert!(text.contains(word), "{word}");
    }
    assert!(
        text.contains("Exit codes"),
        "the man page tells the exit codes"
    );
}

#[test]
fn the_version_is_the_packages() {
    let expected = format!("stscope {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(help("--version"), expected);
    assert_eq!(help("-V"), expected);
}
