//! Texts that are longer than their room.
//!
//! Owns which part of a text is left out, and that texts of one column that differ do not look alike
//! only because they were cut. Knows no columns.

use std::collections::HashMap;

pub(super) fn width(text: &str) -> usize {
    unicode_width::UnicodeWidthStr::width(text)
}

/// What marks the place where something was left out.
const MARK: char = '…';
/// With less room than this, no part of a text would say anything.
const LEAST_TO_TELL: usize = 6;

/// Cuts a text in the middle, as names differ at both ends, or at the end.
pub(super) fn shorten(text: &str, room: usize, cut_end: bool) -> String {
    if width(text) <= room {
        return text.to_owned();
    }
    if cut_end {
        return front(text, room);
    }
    match Arn::of(text) {
        Some(arn) => arn.shorten(room),
        None => middle(text, room),
    }
}

/// The same of the texts of a column. Those that would look alike, and are not, are shown from where
/// they differ. Of ARNs the names are compared, be they of one account or not.
pub(super) fn shorten_all(texts: &[String], room: usize, cut_end: bool) -> Vec<String> {
    let shorten = |text: &String| shorten(text, room, cut_end);
    let mut shown: Vec<String> = texts.iter().map(shorten).collect();
    if room >= LEAST_TO_TELL {
        let parts: Vec<Parts> = texts.iter().map(|text| Parts::of(text, room)).collect();
        let are_cut = (0..texts.len()).filter(|&at| shown[at] != texts[at]);
        tell_apart(&parts, &are_cut.collect::<Vec<_>>(), room, &mut shown);
    }
    shown
}

/// What a text begins with where it is cut, and what tells it from others.
struct Parts<'t> {
    begin: String,
    name: &'t str,
    /// Whether the begin is no part of the name: an account, as a whole.
    is_apart: bool,
}

impl Parts<'_> {
    fn of(text: &str, room: usize) -> Parts<'_> {
        match Arn::of(text) {
            Some(arn) if arn.room_beside_account(room).is_some() => Parts {
                begin: arn.account.to_owned(),
                name: arn.resource,
                is_apart: true,
            },
            // There is no room for an account as a whole.
            Some(arn) => Parts {
                begin: take(arn.account, room / 3),
                name: &text[text.len() - arn.account.len() - 1 - arn.resource.len()..],
                is_apart: false,
            },
            None => Parts {
                begin: take(text, room / 3),
                name: text,
                is_apart: false,
            },
        }
    }
}

/// Shows those of `some` that look alike from where they differ. What still looks alike then, or does so
/// now, has more in common, and differs further on.
fn tell_apart(parts: &[Parts<'_>], some: &[usize], room: usize, shown: &mut [String]) {
    /// Of more places there would be a letter or two each.
    const MOST_PLACES: usize = 3;
    let mut places: HashMap<usize, Vec<usize>> = HashMap::new();
    for _ in 0..MOST_PLACES {
        for alike in looking_alike(parts, some, shown) {
            let name = |at: usize| parts[at].name;
            let differ = alike.iter().map(|&at| same_start(name(alike[0]), name(at)));
            let differ = differ.min().unwrap_or(0);
            for at in alike {
                let places = places.entry(at).or_default();
                if let Err(before) = places.binary_search(&differ) {
                    places.insert(before, differ);
                }
                shown[at] = from_differences(&parts[at], places, room);
            }
        }
    }
}

/// Those of `some` that look alike and are not.
fn looking_alike(parts: &[Parts<'_>], some: &[usize], shown: &[String]) -> Vec<Vec<usize>> {
    let mut looks: HashMap<&str, Vec<usize>> = HashMap::new();
    for &at in some {
        let look = shown[at].as_str();
        let look = match parts[at].is_apart {
            true => look.strip_prefix(&parts[at].begin).unwrap_or(look),
            false => look,
        };
        looks.entry(look).or_default().push(at);
    }
    let name = |at: usize| parts[at].name;
    let are_alike = |alike: &Vec<usize>| alike.iter().any(|&at| name(at) != name(alike[0]));
    looks.into_values().filter(are_alike).collect()
}

/// How many bytes two texts begin with alike, as whole characters; no end if they are the same.
fn same_start(one: &str, other: &str) -> usize {
    if one == other {
        return usize::MAX;
    }
    let mut pairs = one.char_indices().zip(other.chars());
    let differ = pairs.find(|((_, a), b)| a != b);
    differ.map_or(one.len().min(other.len()), |((at, _), _)| at)
}

/// What a text begins with, and then a piece of it from each of some places on.
fn from_differences(
    Parts { begin, name, .. }: &Parts<'_>,
    places: &[usize],
    room: usize,
) -> String {
    let left = room.saturating_sub(width(begin) + places.len());
    let each = left / places.len();
    let mut shown = begin.clone();
    for (number, &place) in places.iter().enumerate() {
        let rest = &name[start_of_word(name, place)..];
        shown.push(MARK);
        match (number + 1 == places.len(), left - each * number) {
            (false, _) => shown += &take(rest, each),
            // What differs may be at the very end: then all of the end that there is room for.
            (true, left) if width(rest) <= left => shown += &take_back(name, left),
            (true, left) => shown += &front(rest, left),
        }
    }
    shown
}

/// Where the word begins that a place is in, if that is near.
fn start_of_word(text: &str, place: usize) -> usize {
    /// No more of a word that begins before a difference is worth its room.
    const NEAR: usize = 6;
    let before = &text[..place];
    let end = before.rfind(['-', '_', '/', '.', ':', ' ']);
    end.map(|at| at + 1)
        .filter(|&at| place - at <= NEAR)
        .unwrap_or(place)
}

/// The parts of an ARN that tell it from others.
struct Arn<'t> {
    account: &'t str,
    /// What comes after the account.
    resource: &'t str,
}

impl<'t> Arn<'t> {
    fn of(text: &'t str) -> Option<Arn<'t>> {
        let after_service = text.strip_prefix("arn:")?.splitn(4, ':').nth(3)?;
        let (account, resource) = after_service.split_once(':')?;
        Some(Arn { account, resource })
    }

    /// First without what all ARNs begin with, then without the path, which no two roles of an account
    /// need to be told apart, then without the kind, and at last with as much of the name as there is
    /// room for.
    fn shorten(&self, room: usize) -> String {
        let Arn { account, resource } = self;
        let whole = format!("{account}:{resource}");
        if width(&whole) <= room {
            return whole;
        }
        let Some((kind, named)) = resource.split_once('/') else {
            return middle(&whole, room);
        };
        // An assumed role's session is no name without its role.
        let name = match kind {
            "role" | "user" => named.rsplit('/').next().unwrap_or(named),
            _ => named,
        };
        let without_path = format!("{account}:{kind}/{MARK}/{name}");
        if name != named && width(&without_path) <= room {
            return without_path;
        }
        match self.room_beside_account(room) {
            Some(left) => {
                let name = middle(name, left);
                let name = name.strip_prefix(MARK).unwrap_or(&name);
                format!("{account}{MARK}{name}")
            }
            None => middle(&format!("{account}{MARK}{name}"), room),
        }
    }

    /// The room for a name beside the account as a whole and a mark, if that is worth it.
    fn room_beside_account(&self, room: usize) -> Option<usize> {
        let left = room.checked_sub(width(self.account) + 1)?;
        (left >= self.account.len()).then_some(left)
    }
}

/// The start and the end of a text, alike in length.
fn middle(text: &str, room: usize) -> String {
    if width(text) <= room {
        return text.to_owned();
    }
    let room = room.saturating_sub(1);
    let (start, end) = (take(text, room / 2), take_back(text, room - room / 2));
    format!("{start}{MARK}{end}")
}

/// The start of a text.
fn front(text: &str, room: usize) -> String {
    match width(text) <= room {
        true => text.to_owned(),
        false => format!("{}{MARK}", take(text, room.saturating_sub(1))),
    }
}

/// The characters of a text that there is room for, from its start.
fn take(text: &str, room: usize) -> String {
    taken(text.chars(), room).collect()
}

/// The same from its end.
fn take_back(text: &str, room: usize) -> String {
    let mut last: Vec<char> = taken(text.chars().rev(), room).collect();
    last.reverse();
    last.into_iter().collect()
}

fn taken(characters: impl Iterator<Item = char>, room: usize) -> impl Iterator<Item = char> {
    let mut used = 0;
    characters.take_while(move |&c| {
        used += unicode_width::UnicodeWidthChar::width(c).unwrap_or(0);
        used <= room
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_keeps_its_account_and_both_ends_of_its_name() {
        let role = "arn:aws:iam::111122223333:role/service-role/payments-settlement-eu-west-1";
        for (room, shown) in [
            (73, role),
            (
                60,
                "111122223333:role/service-role/payments-settlement-eu-west-1",
            ),
            (50, "111122223333:role/…/payments-settlement-eu-west-1"),
            (40, "111122223333…payments-sett…ent-eu-west-1"),
            (29, "111122223333…payment…u-west-1"),
            (12, "11112…west-1"),
        ] {
            let cut = shorten(role, room, false);
            assert!(width(&cut) <= room, "{cut}");
            assert_eq!(cut, shown, "{room}");
        }
        assert_eq!(
            shorten("arn:aws:iam::111122223333:root", 20, false),
            "111122223333:root"
        );
    }

    #[test]
    fn names_that_differ_do_not_look_alike_because_they_were_cut() {
        let of = |account: u64, name: &str| format!("arn:aws:iam::{account:012}:role/{name}");
        let mut texts = vec![of(2, "ci"), of(2, "ci")];
        for account in 1..4 {
            for service in ["settlement", "reconciliation", "refunds"] {
                for stage in ["task", "execution"] {
                    texts.push(of(
                        account,
                        &format!("prod-payments-{service}-service-{stage}-role-eu-west-1"),
                    ));
                }
            }
            for set in ["Administrator", "PowerUser", "PowerUserPlus"] {
                let name = format!("AWSReservedSSO_{set}Access_0123456789abcdef");
                texts.push(of(
                    account,
                    &format!("aws-reserved/sso.amazonaws.com/{name}"),
                ));
            }
        }
        for room in [24, 29, 32, 40, 60, 200] {
            let shown = shorten_all(&texts, room, false);
            assert!(shown.iter().all(|text| width(text) <= room), "{shown:#?}");
            for (at, text) in texts.iter().enumerate() {
                for (other, cut) in texts.iter().zip(&shown) {
                    assert_eq!(
                        text == other,
                        &shown[at] == cut,
                        "{room}: {text} {other} {cut}"
                    );
                }
            }
        }
        let shown = shorten_all(&texts, 29, false);
        assert_eq!(shown[2], "000000000001…settlem…task-ro…");
    }

    #[test]
    fn roles_of_one_name_are_told_apart_by_their_accounts_in_any_room() {
        let accounts = 111_122_223_330_u64..111_122_223_336;
        let texts: Vec<String> = accounts
            .flat_map(|account| [1, 2].map(|zone| (account, zone)))
            .map(|(account, zone)| {
                format!("arn:aws:iam::{account}:role/application-load-balancer-prod-eu-west-{zone}")
            })
            .collect();
        for room in 18..80 {
            let shown = shorten_all(&texts, room, false);
            assert!(shown.iter().all(|text| width(text) <= room), "{shown:#?}");
            let different: std::collections::HashSet<_> = shown.iter().collect();
            assert_eq!(different.len(), texts.len(), "{room}: {shown:#?}");
        }
    }

    #[test]
    fn hosts_that_differ_near_their_end_are_told_apart() {
        let texts = ["a", "b"].map(|zone| {
            format!(
                "vpce-0123456789abcdef0-abcdefgh-eu-west-1{zone}.sts.eu-west-1.vpce.amazonaws.com"
            )
        });
        let shown = shorten_all(&texts, 17, true);
        assert_eq!(shown, ["vpce-…1a.sts.eu-…", "vpce-…1b.sts.eu-…"]);
    }

    #[test]
    fn texts_that_differ_in_what_is_shown_stay_as_they_were_cut() {
        let texts = ["alpha-service-one", "alter-service-one"].map(str::to_owned);
        assert_eq!(
            shorten_all(&texts, 11, false),
            ["alpha…e-one", "alter…e-one"]
        );
        let of = |account: &str| format!("arn:aws:iam::{account}:role/payments-eu-west-1");
        let texts = ["460805363094", "461805363094"].map(of);
        let shown = shorten_all(&texts, 13, false);
        assert_eq!(shown, ["460805…west-1", "461805…west-1"]);
    }

    #[test]
    fn one_that_another_begins_with_is_told_from_it() {
        let texts = ["abcdefghijkl", "abcdefghijklm"].map(str::to_owned);
        for cut_end in [true, false] {
            let shown = shorten_all(&texts, 8, cut_end);
            assert_ne!(shown[0], shown[1]);
            assert!(shown.iter().all(|text| width(text) <= 8), "{shown:?}");
        }
        // There is no room for any of it.
        shorten_all(&texts, 1, false);
    }
}
