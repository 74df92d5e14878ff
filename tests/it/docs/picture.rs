//! The picture of the terminal: drawn from what the program prints, so that it is never an old one.
//!
//! `UPDATE_DOCS=1` draws it anew. That of the page for a browser is a photograph, which
//! `tests/pages/look.py picture` takes.

use std::fmt::Write as _;

use super::pages::{root, stscope, text, writing};

/// What is shown, and in how many columns.
const COMMAND: &str = "overview sample-logs/AWSLogs";
const COLUMNS: usize = 80;
/// The sizes of a letter and of a line, in pixels.
const LETTER: f64 = 8.4;
const LINE: f64 = 18.0;
const MARGIN: f64 = 16.0;

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// What is between two spaces or more, each with its column: browsers make one space of several.
fn pieces(line: &str) -> Vec<(usize, &str)> {
    let mut pieces = Vec::new();
    let mut at = 0;
    for piece in line.split("  ") {
        let text = piece.trim();
        if !text.is_empty() {
            let before = &line[..at + piece.len() - piece.trim_start().len()];
            pieces.push((before.chars().count(), text));
        }
        at += piece.len() + 2;
    }
    pieces
}

fn drawn(lines: &[&str]) -> String {
    let width = COLUMNS as f64 * LETTER + 2.0 * MARGIN;
    let height = lines.len() as f64 * LINE + 2.0 * MARGIN;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\">\n\
         <title>What 'stscope {COMMAND}' prints</title>\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"#1b1f24\"/>\n\
         <g font-family=\"ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace\" font-size=\"14\" fill=\"#d8dee4\">\n"
    );
    for (at, line) in lines.iter().enumerate() {
        let y = MARGIN + at as f64 * LINE + 13.0;
        let colour = match line.split_whitespace().next() {
            Some("$") => " fill=\"#7ee787\"",
            Some("global") => " fill=\"#ff7b72\" font-weight=\"bold\"",
            _ => "",
        };
        for (column, piece) in pieces(line) {
            let x = MARGIN + column as f64 * LETTER;
            // Whatever the font, columns stay in line.
            let length = piece.chars().count() as f64 * LETTER;
            writeln!(
                svg,
                "<text x=\"{x:.1}\" y=\"{y:.1}\" textLength=\"{length:.1}\" lengthAdjust=\"spacingAndGlyphs\"{colour}>{}</text>",
                escaped(piece)
            )
            .expect("writing to a String cannot fail");
        }
    }
    svg + "</g>\n</svg>\n"
}

#[test]
fn the_picture_of_the_terminal_is_what_the_program_prints() {
    let _writing = writing();
    let arguments: Vec<String> = COMMAND.split(' ').map(str::to_owned).collect();
    let printed = text(stscope(root(), &arguments).stdout);
    let command = format!("$ stscope {COMMAND}");
    let lines: Vec<&str> = [command.as_str(), ""]
        .into_iter()
        .chain(printed.lines())
        .collect();
    let wide = lines.iter().find(|line| line.chars().count() > COLUMNS);
    assert_eq!(wide, None, "too wide for the picture");
    let svg = drawn(&lines);
    let path = root().join("docs/pictures/terminal.svg");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &svg).expect("a picture");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == svg,
        "docs/pictures/terminal.svg is an old picture: UPDATE_DOCS=1 cargo test --test it docs::"
    );
}
