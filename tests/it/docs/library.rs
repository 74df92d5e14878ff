//! The example of the library.

use super::pages::page;

#[test]
fn the_example_of_the_library_runs() -> Result<(), Box<dyn std::error::Error>> {
    // From here…
    let logs = ["sample-logs/AWSLogs".into()];
    let report = stscope::Scan::default().tally(&logs)?.finish();
    let summary = report.totals.summary();
    println!("{} of {} calls are global", summary.global(), summary.calls);
    // …to here.
    let source = include_str!("library.rs");
    let page = page("docs/library.md");
    let blocks = page.blocks_of("rust");
    assert!(!blocks.is_empty(), "the example was not found");
    let written: String = (blocks.iter().flat_map(|block| &block.lines))
        .map(|(_, line)| format!("    {line}\n"))
        .collect();
    assert!(source.contains(&written), "this test and the page differ");
    assert!(summary.global() > 0);
    Ok(())
}
