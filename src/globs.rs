//! Globs as people write them, for the `glob` crate, which takes `[^a]` for one of `^` and `a`.

/// The pattern with `[!a]` for `[^a]`, which mean the same in shells and in ripgrep.
pub(crate) fn in_its_signs(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    let mut is_in_class = false;
    while let Some(c) = chars.next() {
        pattern.push(c);
        if is_in_class {
            is_in_class = c != ']';
        } else if c == '[' {
            is_in_class = true;
            if chars.next_if(|next| matches!(next, '^' | '!')).is_some() {
                pattern.push('!');
            }
            // What comes first is of the class, be it its end.
            pattern.extend(chars.next());
        }
    }
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_is_negated_by_either_sign() {
        for (pattern, text, is_matched) in [
            ("role/[^p]*", "role/ci", true),
            ("role/[^p]*", "role/payments", false),
            ("role/[!p]*", "role/payments", false),
            ("[^^]", "^", false),
            ("[^^]", "a", true),
            ("[a^]", "^", true),
            ("[[^]", "^", true),
            ("[]^]", "^", true),
            ("[^]]", "]", false),
            ("[a]^", "a^", true),
        ] {
            let glob = glob::Pattern::new(&in_its_signs(pattern)).expect("a glob");
            assert_eq!(glob.matches(text), is_matched, "{pattern} {text}");
        }
        assert!(glob::Pattern::new(&in_its_signs("[^")).is_err());
    }
}
