//! Version numbers as user agents have them, compared number by number.
//!
//! Owns what can be said of a version that is odd, huge or cut off. Knows no SDK.

use std::fmt;

/// How many numbers are compared; .NET has four.
const NUMBERS: usize = 4;

/// A version as far as it can be read: a range, because a user agent that was cut off in the middle
/// of a number leaves open what the number was.
///
/// ```
/// use stscope::sts::Version;
/// let boundary = Version::new(1, 40, 0);
/// assert_eq!(Version::parse("1.39.17").unwrap().is_below(boundary), Some(true));
/// assert_eq!(Version::parse("1.40").unwrap().is_below(boundary), Some(false));
/// assert_eq!(Version::parse_cut("1.4").unwrap().is_below(boundary), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Version {
    least: [u32; NUMBERS],
    most: [u32; NUMBERS],
}

impl Version {
    /// A version that is known.
    pub const fn new(major: u32, minor: u32, patch: u32) -> Version {
        let numbers = [major, minor, patch, 0];
        Version {
            least: numbers,
            most: numbers,
        }
    }

    /// The first version of the same major.
    pub const fn of_major(self) -> Version {
        Version::new(self.least[0], 0, 0)
    }

    /// Reads the numbers at the start of `text`: up to four, with a dot between them. Numbers that
    /// are missing are 0, what follows them (`dev34`, `-preview`) is passed over, and a number too
    /// large to hold is the largest there is. `None` where there is no number.
    pub fn parse(text: &str) -> Option<Version> {
        let (numbers, _) = numbers(text)?;
        Some(Version {
            least: numbers,
            most: numbers,
        })
    }

    /// Reads a version at the end of a text that was cut off: the last of its numbers may have had
    /// more digits, and more numbers may have followed it.
    pub fn parse_cut(text: &str) -> Option<Version> {
        let (least, read) = numbers(text)?;
        let mut most = least;
        if text.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
            // After a dot the number before it is whole.
            let whole = if text.ends_with('.') { read } else { read - 1 };
            most[whole.min(NUMBERS)..].fill(u32::MAX);
        }
        Some(Version { least, most })
    }

    /// Its numbers, the least that they can be.
    pub fn numbers(self) -> [u32; NUMBERS] {
        self.least
    }

    /// Whether it is older than `boundary`; `None` where what was cut off would decide.
    pub fn is_below(self, boundary: Version) -> Option<bool> {
        if self.most < boundary.least {
            Some(true)
        } else if self.least >= boundary.most {
            Some(false)
        } else {
            None
        }
    }
}

/// The three numbers that versions are named by.
impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [major, minor, patch, _] = self.least;
        write!(f, "{major}.{minor}.{patch}")
    }
}

/// The numbers at the start of a text, and how many there are.
fn numbers(text: &str) -> Option<([u32; NUMBERS], usize)> {
    let mut numbers = [0; NUMBERS];
    let mut read = 0;
    for part in text.split('.').take(NUMBERS) {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        if digits == 0 {
            break;
        }
        numbers[read] = part[..digits].bytes().fold(0_u32, |number, digit| {
            number
                .saturating_mul(10)
                .saturating_add(u32::from(digit - b'0'))
        });
        read += 1;
        if digits < part.len() {
            break;
        }
    }
    (read > 0).then_some((numbers, read))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FLIP: Version = Version::new(1, 40, 0);

    fn below(text: &str) -> Option<bool> {
        Version::parse(text)?.is_below(FLIP)
    }

    #[test]
    fn numbers_are_compared_as_numbers() {
        for older in [
            "1.39.17",
            "1.4",
            "1.4.0",
            "1",
            "0.99.99",
            "1.39.99999999999999999999",
            "1.9.300",
        ] {
            assert_eq!(below(older), Some(true), "{older}");
        }
        for newer in [
            "1.40.0",
            "1.40",
            "1.40.1",
            "1.100.0",
            "2",
            "2.0.0dev34",
            "10.0.0",
            "99999999999999999999.1",
        ] {
            assert_eq!(below(newer), Some(false), "{newer}");
        }
    }

    #[test]
    fn what_follows_the_numbers_is_passed_over() {
        let three = Version::parse("1.2.3");
        for same in [
            "1.2.3-preview",
            "1.2.3dev34",
            "1.2.3+build.9",
            "1.2.3.x",
            "1.2.3.",
            "1.2.3 x",
            "1.2.3.0.9",
            "01.002.3",
        ] {
            assert_eq!(Version::parse(same), three, "{same}");
        }
        assert_eq!(Version::parse("3.7.108.2"), Version::parse("3.7.108.2.5"));
        assert_ne!(Version::parse("3.7.108.2"), Version::parse("3.7.108"));
    }

    #[test]
    fn what_has_no_number_is_no_version() {
        for none in ["", ".", "x", "v1.2", "-1", ".1", "١.٢"] {
            assert_eq!(Version::parse(none), None, "{none}");
            assert_eq!(Version::parse_cut(none), None, "{none}");
        }
    }

    #[test]
    fn a_cut_version_says_only_what_no_further_digit_can_change() {
        let table = [
            ("1", None),
            ("1.", None),
            ("1.3", None),
            ("1.4", None),
            ("1.39", None),
            ("1.39.", Some(true)),
            ("1.39.1", Some(true)),
            ("1.4.", Some(true)),
            ("1.40", Some(false)),
            ("1.41", Some(false)),
            ("2", Some(false)),
            ("0.9", Some(true)),
            ("1.4dev", Some(true)),
            ("1.2.3.4.5", Some(true)),
        ];
        for (text, expected) in table {
            let version = Version::parse_cut(text).unwrap();
            assert_eq!(version.is_below(FLIP), expected, "{text}");
        }
    }
}
