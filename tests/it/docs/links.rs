//! Links and anchors, the table of contents, and what the README may be.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use super::pages::{Page, all, page, root};

/// The anchors of a page's headings, as GitHub and mdBook make them.
fn anchors(page: &Page) -> BTreeSet<String> {
    let headings = page.prose().into_iter().map(|(_, line)| line);
    headings
        .filter(|line| line.starts_with('#'))
        .map(|line| {
            let text = line.trim_start_matches('#').trim().to_lowercase();
            let kept = text
                .chars()
                .filter(|c| c.is_alphanumeric() || " -_".contains(*c));
            kept.collect::<String>().replace(' ', "-")
        })
        .collect()
}

fn links(page: &Page) -> Vec<(usize, &str)> {
    let lines = page.prose().into_iter();
    lines
        .flat_map(|(number, line)| {
            let rests = line.split("](").skip(1);
            rests.filter_map(move |rest| Some((number, rest.split_once(')')?.0)))
        })
        .collect()
}

/// A path without its dots.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir => drop(plain.pop()),
            Component::CurDir => {}
            other => plain.push(other),
        }
    }
    plain
}

#[test]
fn every_link_inside_the_project_leads_somewhere() {
    let pages = all();
    let anchors: BTreeMap<&str, _> = pages
        .iter()
        .map(|p| (p.name.as_str(), anchors(p)))
        .collect();
    let mut count = 0;
    for page in &pages {
        for (number, link) in links(page) {
            count += 1;
            let place = format!("{} line {number}: {link}", page.name);
            if link.starts_with("https://") {
                continue;
            }
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            let folder = Path::new(&page.name).parent().expect("a folder");
            let file = match file {
                "" => page.name.clone(),
                file => plain(&folder.join(file))
                    .to_string_lossy()
                    .replace('\\', "/"),
            };
            assert!(root().join(&file).exists(), "{place}: no such file");
            // A book has the pages of its folder alone.
            assert!(
                !page.name.starts_with("docs/") || file.starts_with("docs/"),
                "{place}: leads out of the book"
            );
            if !anchor.is_empty() {
                let headings = anchors.get(file.as_str()).expect(&place);
                assert!(headings.contains(anchor), "{place}: no such heading");
            }
        }
    }
    assert!(count > 100, "the links were not found");
}

#[test]
fn the_contents_name_every_page_once() {
    let contents = page("docs/SUMMARY.md");
    let mut named: Vec<String> = links(&contents)
        .iter()
        .map(|(_, l)| format!("docs/{l}"))
        .collect();
    named.sort();
    let pages: Vec<String> = all().into_iter().map(|page| page.name).collect();
    let mut inside: Vec<String> = pages
        .into_iter()
        .filter(|name| name.starts_with("docs/"))
        .collect();
    inside.retain(|name| name != "docs/SUMMARY.md");
    assert_eq!(named, inside);
}

#[test]
fn the_readme_is_read_in_a_few_minutes() {
    let lines = page("README.md").text.lines().count();
    assert!(lines <= 200, "{lines} lines: move what is long to docs");
}

#[test]
fn every_page_begins_with_its_title() {
    let pages = all().into_iter();
    for page in pages.filter(|page| page.name != "docs/SUMMARY.md") {
        assert!(page.text.starts_with("# "), "{}", page.name);
        let titles = page
            .prose()
            .into_iter()
            .filter(|(_, line)| line.starts_with("# "));
        assert_eq!(titles.count(), 1, "{}: one title", page.name);
    }
}
