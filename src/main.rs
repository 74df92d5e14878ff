//! tmp
fn main() {
    let r = stscope::Scan::default()
        .tally(&std::env::args().skip(1).map(Into::into).collect::<Vec<_>>())
        .unwrap()
        .finish();
    eprintln!("{:?}\n{:?}", r.summary, r.coverage);
}
