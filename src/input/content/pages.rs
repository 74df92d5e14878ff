//! Memory for one file after another, that begins where a page does.
//!
//! A log is written once and read once, from one end to the other. In pages of 4 KiB the processor
//! has to look up and prefetch anew every 64 lines of cache: what files decompress to is in huge
//! pages where the system has them.
//!
//! Files are read into memory of this kind, too, for where it begins. The system copies from its own
//! pages with `rep movsb`, and AMD's Zen 3 is some times slower at that if the copy begins 1 to 31
//! bytes further into a page than the original; a large `Vec` begins at 16. It is 1 µs for a file of
//! 3 KB. <https://lunnova.dev/articles/ryzen-slow-short-rep-mov/>

use std::io;

use memmap2::MmapMut;

/// Memory that grows and is never cleared or given back.
#[derive(Default)]
pub(super) struct Pages(Option<MmapMut>);

/// The size of a huge page on most machines.
const HUGE: usize = 2 << 20;

impl Pages {
    /// At least so many bytes, whatever is in them; `None` if the system has no memory.
    pub fn at_least(&mut self, length: usize) -> Option<&mut [u8]> {
        if self.len() < length {
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

    /// Makes room for at least so many bytes, in pages of the usual size, and keeps those there are.
    ///
    /// # Errors
    /// If the system has no memory.
    pub fn grow(&mut self, length: usize) -> io::Result<()> {
        if self.len() < length {
            let mut map = MmapMut::map_anon(length)?;
            map[..self.len()].copy_from_slice(self.bytes());
            self.0 = Some(map);
        }
        Ok(())
    }

    /// How many bytes there are.
    pub fn len(&self) -> usize {
        self.bytes().len()
    }

    /// All bytes, whatever is in them.
    pub fn bytes(&self) -> &[u8] {
        self.0.as_deref().unwrap_or_default()
    }

    /// All bytes, to be written.
    pub fn bytes_mut(&mut self) -> &mut [u8] {
        self.0.as_deref_mut().unwrap_or_default()
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

    #[test]
    fn memory_that_grows_keeps_what_is_in_it() {
        let mut pages = Pages::default();
        assert!(pages.bytes().is_empty());
        pages.grow(3).unwrap();
        pages.bytes_mut().copy_from_slice(b"abc");
        pages.grow(1 << 20).unwrap();
        assert!(pages.bytes().starts_with(b"abc") && pages.len() == 1 << 20);
        pages.grow(10).unwrap();
        assert_eq!(pages.len(), 1 << 20);
    }
}
