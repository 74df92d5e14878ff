//! From one page of a listing to the next, and never in a circle.

use super::error::Kind;

/// Where a listing goes on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Continuation {
    token: Option<String>,
    /// An earlier token, by which a circle is known (Brent's way: it is replaced after twice as many pages
    /// each time, so that a circle of any length closes on it).
    earlier: Option<String>,
    pages: u64,
    replaced_at: u64,
}

impl Continuation {
    /// The continuation token of the page to ask for; none for the first.
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// Goes on to the next page. Says whether there is one.
    pub fn turn(&mut self, next: Option<String>) -> Result<bool, Kind> {
        if next.is_some() && next == self.earlier {
            return Err(Kind::Circle);
        }
        self.pages += 1;
        if self.pages > 2 * self.replaced_at {
            self.earlier.clone_from(&next);
            self.replaced_at = self.pages;
        }
        self.token = next;
        Ok(self.token.is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listing_comes_to_its_end() {
        let mut at = Continuation::default();
        assert_eq!(at.token(), None);
        for page in 0..1000 {
            assert_eq!(at.turn(Some(format!("t{page}"))), Ok(true));
            assert_eq!(at.token(), Some(format!("t{page}").as_str()));
        }
        assert_eq!(at.turn(None), Ok(false));
        assert_eq!(at.token(), None);
    }

    #[test]
    fn a_circle_of_any_length_is_noticed_after_few_turns() {
        for before in 0..20 {
            for length in 1..20 {
                let mut at = Continuation::default();
                let token = |page: u64| match page {
                    _ if page < before => page,
                    _ => before + (page - before) % length,
                };
                let is_turned = |page: &u64| at.turn(Some(token(*page).to_string())).is_ok();
                let pages = (0..200).take_while(is_turned).count() as u64;
                assert!(pages >= before + length, "{before} {length}: {pages}");
                assert!(pages <= 3 * (before + length), "{before} {length}: {pages}");
            }
        }
    }
}
