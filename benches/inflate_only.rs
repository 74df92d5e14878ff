//! The limit: reads and inflates every `.gz` below a folder on as many threads, and does nothing
//! else. Plain plumbing on purpose: `walkdir`, one `read` a file, libdeflate, rayon.
//!
//! `cargo run --release --example inflate-only -- THREADS FOLDER`

#![allow(
    unsafe_code,
    clippy::print_stdout,
    reason = "calls libdeflate and prints a number"
)]

use std::cell::RefCell;
use std::path::PathBuf;

use rayon::prelude::*;

/// An output buffer and libdeflate's own state, for one thread.
struct Inflater(*mut libdeflate_sys::libdeflate_decompressor, Vec<u8>);

thread_local! {
    static INFLATER: RefCell<Inflater> = RefCell::new(Inflater(
        // SAFETY: allocates; null is checked where it is used. It lives as long as the process.
        unsafe { libdeflate_sys::libdeflate_alloc_decompressor() },
        Vec::new(),
    ));
}

fn inflate(file: &[u8], inflater: &mut Inflater) -> usize {
    let Some(&size) = file.last_chunk() else {
        return 0;
    };
    let size = u32::from_le_bytes(size) as usize;
    if inflater.1.len() < size {
        inflater.1.resize(size, 0);
    }
    assert!(!inflater.0.is_null(), "out of memory");
    // SAFETY: both buffers are valid for the lengths given.
    let result = unsafe {
        libdeflate_sys::libdeflate_gzip_decompress(
            inflater.0,
            file.as_ptr().cast(),
            file.len(),
            inflater.1.as_mut_ptr().cast(),
            size,
            std::ptr::null_mut(),
        )
    };
    assert_eq!(
        result,
        libdeflate_sys::libdeflate_result_LIBDEFLATE_SUCCESS,
        "damaged file"
    );
    size
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let threads = arguments
        .next()
        .and_then(|n| n.parse().ok())
        .expect("THREADS");
    let folder = arguments.next().expect("FOLDER");
    let files: Vec<PathBuf> = walkdir::WalkDir::new(folder)
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| {
            entry
                .path()
                .extension()
                .is_some_and(|extension| extension == "gz")
        })
        .map(walkdir::DirEntry::into_path)
        .collect();
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .expect("threads");
    let bytes: usize = pool.install(|| {
        files
            .par_iter()
            .map(|path| {
                let file = std::fs::read(path).expect("a readable file");
                INFLATER.with_borrow_mut(|inflater| inflate(&file, inflater))
            })
            .sum()
    });
    println!("{bytes}");
}
