//! What is asked of the calls of a run: the one thing that a tally does not know itself.
//!
//! Owns what a question has to say for itself. Counting once, taking back, merging and writing down
//! are the tally's and the same for every question; what is made of the groups in the end is for
//! whoever asked.
//!
//! # To ask another question
//!
//! 1. Implement [`Question`] for a type of your own, or give
//!    [`AnyQuestion`](crate::questions::AnyQuestion) a variant: the width of a key, and the key of a
//!    call, column by column. Every call has a key of the same width, and a column means the same in
//!    all of them. Tell apart no more than the answer needs: every different key is a group in memory.
//!    Calls that do not matter all have one key (absent everywhere) and count in the totals alone.
//! 2. Give it a name that is its own, and read it back in [`Question::find`]: tallies are merged, and
//!    parts are written and read, by it.
//! 3. Name the columns with [`Column`](super::Column), and fold the groups of the finished
//!    [`Report`](super::Report) into rows: a pure function that reads nothing and prints nothing.
//!
//! A list of questions is a question, too: the calls are read once, and
//! [`Report::answers`](super::Report::answers) gives what each would have found alone.

use crate::sts::Properties;

/// What the calls of a tally are told apart by. Tallies of one question can be added.
pub trait Question: Clone + Send + Sync {
    /// How many columns a key has.
    fn width(&self) -> usize;

    /// Hands the key of a call to `push`, column by column; what the record lacks is `None`.
    /// `scratch` is for values that the record does not have as such.
    fn key(&self, call: &impl Properties, scratch: &mut String, push: impl FnMut(Option<&str>));

    /// Whether calls of two days are told apart.
    fn tells_days(&self) -> bool;

    /// Whether calls from two addresses, sessions or scopes are told apart.
    fn tells_callers(&self) -> bool;

    /// Its name, with everything that makes it another question. Two questions with one name are the
    /// same.
    fn name(&self) -> String;

    /// The question of this name.
    fn find(name: &str) -> Option<Self>;
}

/// What is between the names of the members in the name of a list.
const AND: &str = " + ";

/// Several questions in one pass. The key of a call is those of the members, one after the other, so a
/// group is what all of them have in common, and each member reads its own columns.
///
/// Where two deliveries of one call differ, which of them counts is not promised: a list may choose
/// another than a member would have chosen alone.
impl<Q: Question> Question for Vec<Q> {
    fn width(&self) -> usize {
        self.iter().map(Q::width).sum()
    }

    fn key(
        &self,
        call: &impl Properties,
        scratch: &mut String,
        mut push: impl FnMut(Option<&str>),
    ) {
        for member in self {
            member.key(call, scratch, &mut push);
        }
    }

    fn tells_days(&self) -> bool {
        self.iter().any(Q::tells_days)
    }

    fn tells_callers(&self) -> bool {
        self.iter().any(Q::tells_callers)
    }

    fn name(&self) -> String {
        let names: Vec<String> = self.iter().map(Q::name).collect();
        names.join(AND)
    }

    fn find(name: &str) -> Option<Self> {
        if name.is_empty() {
            return Some(Vec::new());
        }
        name.split(AND).map(Q::find).collect()
    }
}
