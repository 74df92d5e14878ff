//! One thing to be opened, wherever it is, and what is known of it before that.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::sync::Arc;

use super::folder::{Folder, Trust};
use crate::aws::KeyKind;

/// Something that may be a log.
#[derive(Clone, Copy, Debug)]
pub struct Object<'o> {
    /// Where it is.
    pub(crate) place: Place,
    /// Its folder, or the prefix of its key.
    pub(crate) folder: &'o Arc<Folder>,
    /// Its name in the folder.
    pub(crate) name: &'o OsStr,
    /// Whether the user named it, and no walk found it.
    pub(crate) was_named: bool,
}

/// Where something is that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// On this machine.
    Local,
    /// Nowhere: it comes through a pipe.
    StandardInput,
    /// In S3.
    S3,
    /// Somewhere: its content comes through a pipe, after its name.
    Piped,
}

impl Object<'_> {
    /// Its path, or its `s3://` URL. Put together only where it is needed: most objects need none.
    pub fn path(&self) -> PathBuf {
        match self.place {
            Place::Local | Place::StandardInput => self.folder.path().join(self.name),
            // A key may have an empty part, which a path cannot have.
            Place::S3 | Place::Piped => {
                let mut url = self.folder.path().as_os_str().to_owned();
                if !url.is_empty() && url != "/" {
                    url.push("/");
                }
                url.push(self.name);
                url.into()
            }
        }
    }

    /// How much is known of it by its name and key. Whoever names a file says that it is a log.
    pub fn trust(&self) -> Trust {
        match self.folder.trust(self.name) {
            Trust::CloudTrails => Trust::CloudTrails,
            _ if self.was_named => Trust::Log,
            trust => trust,
        }
    }

    /// What kind of file of CloudTrail's it is, if that is known and it was not named.
    pub fn kind(&self) -> Option<KeyKind> {
        if self.was_named {
            return None;
        }
        self.folder.kind_of(self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_in_s3_keeps_every_part_of_its_key() {
        let folder = Arc::new(Folder::new("s3://b/a/".into()));
        let mut object = Object {
            place: Place::S3,
            folder: &folder,
            name: OsStr::new("x.json"),
            was_named: false,
        };
        assert_eq!(object.path().to_str(), Some("s3://b/a//x.json"));
        object.place = Place::Local;
        assert_eq!(object.path().to_str(), Some("s3://b/a/x.json"));
    }
}
