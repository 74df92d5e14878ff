//! Globs over names of AWS's: of principals, hosts, Regions.

pub use glob::Pattern as Glob;

/// Reads a glob in which `*` crosses `/` and `:`. Runs of `*` mean what one of them does, and `[^a]` what
/// `[!a]` does, as in shells and in ripgrep.
///
/// # Errors
/// What is wrong with the pattern.
pub fn glob(text: &str) -> Result<Glob, glob::PatternError> {
    let mut pattern = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    let mut is_in_class = false;
    while let Some(c) = chars.next() {
        if c == '*' && pattern.ends_with('*') {
            continue;
        }
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
    Glob::new(&pattern)
}

/// Whether something else than itself can match it.
pub(crate) fn has_wildcards(pattern: &str) -> bool {
    pattern.contains(['*', '?', '['])
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
            ("a**", "ab", true),
        ] {
            let glob = glob(pattern).expect("a glob");
            assert_eq!(glob.matches(text), is_matched, "{pattern} {text}");
        }
        assert!(glob("[^").is_err());
    }
}
