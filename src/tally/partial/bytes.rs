//! Values as bytes: the alphabet that parts, and the calls in a store, are written in.
//!
//! Owns how a number, a text and a list are written, and that reading them back takes no more memory
//! than there are bytes for. A claimed length is never believed: what is read grows with what is
//! there. Refuses to know what the values mean.
//!
//! Numbers are LEB128 (seven bits a byte, the lowest first), texts and lists have their length in
//! front. Little endian throughout.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike as _, NaiveDate};

use crate::damage::Stage;
use crate::sts::{ByEndpoint, Dimension, Time};
use crate::tally::SkipReason;

/// What is wrong with bytes that do not say what they should.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Broken(pub &'static str);

/// Bytes that are read from the front.
pub(crate) struct Reader<'b>(pub &'b [u8]);

impl<'b> Reader<'b> {
    /// The next bytes.
    pub fn take(&mut self, count: usize) -> Result<&'b [u8], Broken> {
        let (taken, rest) = (self.0.split_at_checked(count)).ok_or(Broken("it ends too early"))?;
        self.0 = rest;
        Ok(taken)
    }

    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], Broken> {
        let (taken, rest) = (self.0.split_first_chunk()).ok_or(Broken("it ends too early"))?;
        self.0 = rest;
        Ok(*taken)
    }

    pub fn text(&mut self) -> Result<&'b str, Broken> {
        let length = usize::read(self)?;
        std::str::from_utf8(self.take(length)?).map_err(|_| Broken("a text is no UTF-8"))
    }

    /// Nothing may follow.
    pub fn end(&self) -> Result<(), Broken> {
        match self.0 {
            [] => Ok(()),
            _ => Err(Broken("something follows its end")),
        }
    }
}

/// A value that can be written and read back.
pub(crate) trait Written: Sized {
    fn write(&self, into: &mut Vec<u8>);
    fn read(from: &mut Reader<'_>) -> Result<Self, Broken>;
}

/// Writes a structure field by field. All fields have to be named: without one that is new this does
/// not compile, and a part that lacks it would be of an older format.
macro_rules! written {
    ($type:ident { $($field:ident),* $(,)? }) => {
        impl $crate::tally::partial::bytes::Written for $type {
            fn write(&self, into: &mut Vec<u8>) {
                let $type { $($field),* } = self;
                $($field.write(into);)*
            }

            fn read(
                from: &mut $crate::tally::partial::bytes::Reader<'_>,
            ) -> Result<Self, $crate::tally::partial::bytes::Broken> {
                Ok($type {
                    $($field: $crate::tally::partial::bytes::Written::read(from)?),*
                })
            }
        }
    };
}
pub(super) use written;

impl Written for u64 {
    fn write(&self, into: &mut Vec<u8>) {
        let mut rest = *self;
        while rest >= 0x80 {
            into.push(rest as u8 | 0x80);
            rest >>= 7;
        }
        into.push(rest as u8);
    }

    fn read(from: &mut Reader<'_>) -> Result<u64, Broken> {
        let mut value = 0;
        for shift in (0..u64::BITS).step_by(7) {
            let [byte] = from.array()?;
            let bits = u64::from(byte & 0x7f);
            if bits << shift >> shift != bits {
                break;
            }
            value |= bits << shift;
            if byte < 0x80 {
                return match value {
                    0..=MAX_NUMBER => Ok(value),
                    _ => break,
                };
            }
        }
        Err(Broken("a number is too large"))
    }
}

/// The largest number that is read: what JSON can still say exactly. Sums of what somebody made up
/// must not overflow at once.
const MAX_NUMBER: u64 = 1 << 53;

impl Written for u32 {
    fn write(&self, into: &mut Vec<u8>) {
        u64::from(*self).write(into);
    }

    fn read(from: &mut Reader<'_>) -> Result<u32, Broken> {
        u32::try_from(u64::read(from)?).map_err(|_| Broken("a number is too large"))
    }
}

impl Written for usize {
    fn write(&self, into: &mut Vec<u8>) {
        (*self as u64).write(into);
    }

    fn read(from: &mut Reader<'_>) -> Result<usize, Broken> {
        usize::try_from(u64::read(from)?).map_err(|_| Broken("a number is too large"))
    }
}

impl Written for bool {
    fn write(&self, into: &mut Vec<u8>) {
        into.push((*self).into());
    }

    fn read(from: &mut Reader<'_>) -> Result<bool, Broken> {
        match from.array()? {
            [0] => Ok(false),
            [1] => Ok(true),
            _ => Err(Broken("neither yes nor no")),
        }
    }
}

impl Written for String {
    fn write(&self, into: &mut Vec<u8>) {
        write_text(self, into);
    }

    fn read(from: &mut Reader<'_>) -> Result<String, Broken> {
        from.text().map(str::to_owned)
    }
}

pub(super) fn write_text(text: &str, into: &mut Vec<u8>) {
    text.len().write(into);
    into.extend_from_slice(text.as_bytes());
}

impl<T: Written> Written for Option<T> {
    fn write(&self, into: &mut Vec<u8>) {
        self.is_some().write(into);
        if let Some(value) = self {
            value.write(into);
        }
    }

    fn read(from: &mut Reader<'_>) -> Result<Option<T>, Broken> {
        bool::read(from)?.then(|| T::read(from)).transpose()
    }
}

impl<T: Written> Written for Vec<T> {
    fn write(&self, into: &mut Vec<u8>) {
        self.len().write(into);
        self.iter().for_each(|item| item.write(into));
    }

    fn read(from: &mut Reader<'_>) -> Result<Vec<T>, Broken> {
        let count = usize::read(from)?;
        // No room is made in advance: every item has a byte at least, or this ends early.
        let mut items = Vec::new();
        for _ in 0..count {
            items.push(T::read(from)?);
        }
        Ok(items)
    }
}

impl<T: Written + Ord> Written for BTreeSet<T> {
    fn write(&self, into: &mut Vec<u8>) {
        self.len().write(into);
        self.iter().for_each(|item| item.write(into));
    }

    fn read(from: &mut Reader<'_>) -> Result<BTreeSet<T>, Broken> {
        Vec::read(from).map(BTreeSet::from_iter)
    }
}

impl<K: Written + Ord, V: Written> Written for BTreeMap<K, V> {
    fn write(&self, into: &mut Vec<u8>) {
        self.len().write(into);
        for (key, value) in self {
            key.write(into);
            value.write(into);
        }
    }

    fn read(from: &mut Reader<'_>) -> Result<BTreeMap<K, V>, Broken> {
        let count = usize::read(from)?;
        let mut items = BTreeMap::new();
        for _ in 0..count {
            items.insert(K::read(from)?, V::read(from)?);
        }
        Ok(items)
    }
}

impl Written for Time {
    /// From [`Time::MIN`] on, so that no sign is needed.
    fn write(&self, into: &mut Vec<u8>) {
        (self.millis() - Time::MIN.millis())
            .cast_unsigned()
            .write(into);
    }

    fn read(from: &mut Reader<'_>) -> Result<Time, Broken> {
        let since = u64::read(from)?.min(i64::MAX.cast_unsigned()).cast_signed();
        (since.checked_add(Time::MIN.millis()))
            .and_then(Time::from_millis)
            .ok_or(Broken("a time is beyond the year 9999"))
    }
}

impl<A: Written, B: Written, C: Written> Written for (A, B, C) {
    fn write(&self, into: &mut Vec<u8>) {
        self.0.write(into);
        self.1.write(into);
        self.2.write(into);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Broken> {
        Ok((A::read(from)?, B::read(from)?, C::read(from)?))
    }
}

impl Written for NaiveDate {
    /// From the year 1 on. Keys of files have years of four digits.
    fn write(&self, into: &mut Vec<u8>) {
        self.num_days_from_ce().max(0).cast_unsigned().write(into);
    }

    fn read(from: &mut Reader<'_>) -> Result<NaiveDate, Broken> {
        (i32::try_from(u32::read(from)?).ok())
            .and_then(NaiveDate::from_num_days_from_ce_opt)
            .ok_or(Broken("a day that never comes"))
    }
}

impl Written for ByEndpoint<u64> {
    fn write(&self, into: &mut Vec<u8>) {
        self.iter().for_each(|(_, value)| value.write(into));
    }

    fn read(from: &mut Reader<'_>) -> Result<ByEndpoint<u64>, Broken> {
        let mut values = ByEndpoint::default();
        for kind in crate::sts::EndpointKind::ALL {
            values[kind] = u64::read(from)?;
        }
        Ok(values)
    }
}

impl Written for Dimension {
    fn write(&self, into: &mut Vec<u8>) {
        write_text(self.name(), into);
    }

    fn read(from: &mut Reader<'_>) -> Result<Dimension, Broken> {
        Dimension::find(from.text()?).ok_or(Broken("a dimension that is not known"))
    }
}

impl Written for Stage {
    fn write(&self, into: &mut Vec<u8>) {
        write_text(self.as_str(), into);
    }

    fn read(from: &mut Reader<'_>) -> Result<Stage, Broken> {
        let name = from.text()?;
        (Stage::ALL.into_iter())
            .find(|stage| stage.as_str() == name)
            .ok_or(Broken("a stage of damage that is not known"))
    }
}

impl Written for SkipReason {
    fn write(&self, into: &mut Vec<u8>) {
        write_text(self.as_str(), into);
    }

    fn read(from: &mut Reader<'_>) -> Result<SkipReason, Broken> {
        let name = from.text()?;
        (SkipReason::ALL.into_iter())
            .find(|reason| reason.as_str() == name)
            .ok_or(Broken("a reason to skip that is not known"))
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Debug;

    use super::*;

    fn comes_back<T: Written + PartialEq + Debug>(value: T) {
        let mut bytes = Vec::new();
        value.write(&mut bytes);
        let mut reader = Reader(&bytes);
        assert_eq!(T::read(&mut reader), Ok(value));
        assert_eq!(reader.end(), Ok(()));
        for length in 0..bytes.len() {
            assert!(T::read(&mut Reader(&bytes[..length])).is_err(), "{length}");
        }
    }

    #[test]
    fn every_value_comes_back_and_no_cut_one_does() {
        for number in [0, 1, 0x7f, 0x80, u64::from(u32::MAX), MAX_NUMBER] {
            comes_back(number);
        }
        comes_back(String::from("a text, and ü"));
        comes_back(Some(String::new()));
        comes_back(vec![None, Some(7_u64)]);
        comes_back(BTreeMap::from([(
            String::from("a"),
            BTreeSet::from([3_u64]),
        )]));
        comes_back(Time::MIN);
        comes_back(Time::MAX);
        comes_back(NaiveDate::from_ymd_opt(2025, 11, 3));
        SkipReason::ALL.into_iter().for_each(comes_back);
        Stage::ALL.into_iter().for_each(comes_back);
        Dimension::all().for_each(comes_back);
    }

    #[test]
    fn what_means_nothing_is_an_error() {
        let mut too_large = Vec::new();
        (MAX_NUMBER + 1).write(&mut too_large);
        assert!(u64::read(&mut Reader(&too_large)).is_err());
        let too_long = [0xff; 11];
        assert!(u64::read(&mut Reader(&too_long)).is_err());
        assert!(
            u64::read(&mut Reader(&[
                0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 2
            ]))
            .is_err()
        );
        assert!(u32::read(&mut Reader(&[0xff, 0xff, 0xff, 0xff, 0x7f])).is_err());
        assert!(bool::read(&mut Reader(&[2])).is_err());
        assert!(String::read(&mut Reader(&[1, 0xff])).is_err());
        let mut beyond = Vec::new();
        MAX_NUMBER.write(&mut beyond);
        assert!(Time::read(&mut Reader(&beyond)).is_err());
        // More items than there are bytes for, and no room made for them.
        assert!(Vec::<u64>::read(&mut Reader(&beyond)).is_err());
        assert!(String::read(&mut Reader(&beyond)).is_err());
    }
}
