//! A path as a store keeps it: as text, and as a folder with a name in it.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::path::{MAIN_SEPARATOR, Path};

use crate::input::{Object, Place};

/// A path as the ledger knows it. Bytes that are no UTF-8 are written as `%XX`: two paths must not look alike.
pub(super) fn text(path: &Path) -> Cow<'_, str> {
    text_of(path.as_os_str())
}

fn text_of(part: &OsStr) -> Cow<'_, str> {
    if let Some(text) = part.to_str() {
        return match MAIN_SEPARATOR {
            '/' => Cow::Borrowed(text),
            other => Cow::Owned(text.replace(other, "/")),
        };
    }
    let mut text = String::new();
    for chunk in part.as_encoded_bytes().utf8_chunks() {
        text += chunk.valid();
        for byte in chunk.invalid() {
            text += &format!("%{byte:02X}");
        }
    }
    Cow::Owned(text)
}

/// The folder of a file, and its name in there.
pub(super) fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

/// The same of an object, as [`split`] of the text of its path, which is not put together for that.
pub(super) fn of_object<'o>(object: &Object<'o>) -> (Cow<'o, str>, Cow<'o, str>) {
    let mut folder = text(object.folder.path());
    let ends_in_separator = match object.place {
        Place::Local | Place::StandardInput => folder.ends_with('/'),
        // A key may have an empty part, which is one more folder.
        Place::S3 | Place::Piped => folder == "/",
    };
    if ends_in_separator {
        match &mut folder {
            Cow::Borrowed(text) => *text = &text[..text.len() - 1],
            Cow::Owned(text) => text.truncate(text.len() - 1),
        }
    }
    (folder, text_of(object.name))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::input::Folder;

    #[test]
    fn an_object_is_in_the_folder_of_its_path() {
        let names = ["x.json", "é", " "];
        let folders = [
            "",
            "/",
            "a",
            "a/",
            "a//",
            "/a/b",
            "/a/b/",
            "s3://b",
            "s3://b/",
            "s3://b/a/",
            "é/%FF",
        ];
        let places = [Place::Local, Place::S3, Place::Piped];
        for (folder, name) in folders
            .iter()
            .flat_map(|folder| names.map(|name| (folder, name)))
        {
            let folder = Arc::new(Folder::new(folder.into()));
            for place in places {
                let object = Object {
                    place,
                    folder: &folder,
                    name: OsStr::new(name),
                    was_named: false,
                };
                let (told_folder, told_name) = of_object(&object);
                let path = object.path();
                let path = text(&path);
                assert_eq!((&*told_folder, &*told_name), split(&path), "{object:?}");
            }
        }
    }

    #[cfg(unix)]
    #[test]
    fn bytes_that_are_no_text_are_told_apart() {
        use std::os::unix::ffi::OsStrExt as _;
        let of = |path: &[u8]| text(Path::new(OsStr::from_bytes(path))).into_owned();
        assert_eq!(of(b"a\xff/\xc3\xa9\xfe"), "a%FF/\u{e9}%FE");
        let folder = Arc::new(Folder::new(Path::new(OsStr::from_bytes(b"a\xff/")).into()));
        let object = Object {
            place: Place::Local,
            folder: &folder,
            name: OsStr::from_bytes(b"\xfe"),
            was_named: false,
        };
        let (folder, name) = of_object(&object);
        assert_eq!((&*folder, &*name), ("a%FF", "%FE"));
    }
}
