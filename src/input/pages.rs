//! Memory for one file after another and for what it decompresses to, in huge pages where the system
//! has them.
//!
//! A log is written once and read once, from one end to the other. In pages of 4 KiB the processor
//! has to look up and prefetch anew every 64 lines of cache. And it begins where a page begins: the
//! kernel's copy into memory that begins 16 bytes behind, as that of a large `Vec` does, was found
//! to take more than three times as long on an AMD EPYC.

use memmap2::MmapMut;

/// Memory that grows and is never cleared or given back.
#[derive(Default)]
pub(super) struct Pages(Option<MmapMut>);

/// The size of a huge page on most machines.
const HUGE: usize = 2 << 20;

impl Pages {
    /// At least so many bytes, whatever is in them; `None` if the system has no memory.
    pub fn at_least(&mut self, length: usize) -> Option<&mut [u8]> {
        if self.0.as_ref().is_none_or(|map| map.len() < length) {
            // The old pages go first: what was in them is of no use.
            self.0 = None;
            let map = MmapMut::map_anon(length.next_multiple_of(HUGE)).ok()?;
            // Without huge pages everything works the same, only slower.
            #[cfg(target_os = "linux")]
            let _ = map.advise(memmap2::Advice::HugePage);
            self.0 = Some(map);
        }
        self.0.as_deref_mut()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_grows_and_is_used_again() {
        let mut pages = Pages::default();
        for length in [1, HUGE, HUGE + 1, 10] {
            let bytes = pages.at_least(length).unwrap();
            assert!(bytes.len() >= length);
            bytes[length - 1] = 7;
        }
        assert_eq!(pages.at_least(1).unwrap()[9], 7);
        assert_eq!(pages.at_least(1).unwrap().len(), 2 * HUGE);
    }
}
