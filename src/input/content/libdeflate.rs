//! Whole gzip members, in half the time of any streaming inflater.

#![allow(
    unsafe_code,
    reason = "libdeflate is a C library; see `benches/` for what it is worth"
)]

use std::ptr::NonNull;

use libdeflate_sys::{
    libdeflate_alloc_decompressor, libdeflate_decompressor, libdeflate_free_decompressor,
    libdeflate_gzip_decompress_ex, libdeflate_result_LIBDEFLATE_SUCCESS,
};

/// A decompressor for one thread.
pub(super) struct Libdeflate(NonNull<libdeflate_decompressor>);

// SAFETY: the decompressor is memory of its own without ties to a thread; it is used through `&mut`.
unsafe impl Send for Libdeflate {}

impl Libdeflate {
    /// `None` where there is no memory for it.
    pub(super) fn new() -> Option<Libdeflate> {
        // SAFETY: takes nothing, gives null or a decompressor that `drop` frees.
        NonNull::new(unsafe { libdeflate_alloc_decompressor() }).map(Libdeflate)
    }

    /// Inflates `file` into `into` if it is exactly one sound gzip member that fills it exactly,
    /// checksum and length included. For anything else, which a careful reader must look at, `false`.
    pub(super) fn inflate(&mut self, file: &[u8], into: &mut [u8]) -> bool {
        let (mut taken, mut given) = (0, 0);
        // SAFETY: both slices are valid for their lengths, and `into` is not read. libdeflate never
        // writes beyond `into.len()` and fails instead.
        let result = unsafe {
            libdeflate_gzip_decompress_ex(
                self.0.as_ptr(),
                file.as_ptr().cast(),
                file.len(),
                into.as_mut_ptr().cast(),
                into.len(),
                &raw mut taken,
                &raw mut given,
            )
        };
        result == libdeflate_result_LIBDEFLATE_SUCCESS && taken == file.len() && given == into.len()
    }
}

impl Drop for Libdeflate {
    fn drop(&mut self) {
        // SAFETY: it was allocated by `new` and is freed once.
        unsafe { libdeflate_free_decompressor(self.0.as_ptr()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write::GzEncoder};
    use std::io::Write;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn only_one_whole_sound_member_is_inflated() {
        let mut inflater = Libdeflate::new().unwrap();
        let text = b"some text, some text, some text";
        let sound = gzip(text);
        let mut into = vec![0; text.len()];
        assert!(inflater.inflate(&sound, &mut into) && into == text);
        let two = [sound.clone(), sound.clone()].concat();
        let padded = [sound.clone(), vec![0; 8]].concat();
        let mut bad_checksum = sound.clone();
        bad_checksum[sound.len() - 8] ^= 1;
        for unsound in [
            &two,
            &padded,
            &bad_checksum,
            &sound[..sound.len() - 1].to_vec(),
            &vec![],
        ] {
            assert!(!inflater.inflate(unsound, &mut into));
        }
        assert!(!inflater.inflate(&sound, &mut into[..text.len() - 1]));
        assert!(!inflater.inflate(&sound, &mut vec![0; text.len() + 1]));
    }
}
