//! A user's address book: in which order it stands, and where a page of it begins.

use std::collections::HashSet;

use super::UserId;

/// The most contacts that are kept.
pub const MAX_CONTACTS: usize = 500;

/// The contacts of a page.
pub const PAGE: usize = 100;

/// The new contacts, then the old ones that are not among them, up to the limit: of too many the oldest go.
#[must_use]
pub fn merge(new: &[UserId], old: &[UserId]) -> Vec<UserId> {
    let mut seen = HashSet::new();
    new.iter().chain(old).filter(|id| seen.insert(**id)).take(MAX_CONTACTS).copied().collect()
}

/// The end of a page: its last contact, and how many stood before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageEnd {
    /// The last contact.
    pub last: UserId,
    /// How many stood before that one.
    pub before: u16,
}

impl PageEnd {
    /// Reads what [`encode`](Self::encode) wrote; `None` for anything else.
    #[must_use]
    pub fn decode(octets: &[u8]) -> Option<Self> {
        let (last, before) = octets.split_first_chunk()?;
        Some(Self { last: UserId::from_bytes(*last), before: u16::from_be_bytes(before.try_into().ok()?) })
    }

    /// The end in octets.
    #[must_use]
    pub fn encode(self) -> Vec<u8> {
        [self.last.as_bytes().as_slice(), &self.before.to_be_bytes()].concat()
    }

    /// Where the next page begins. If the last contact is gone meanwhile, the one after it has taken its place.
    fn next(self, people: &[UserId]) -> usize {
        let found = people.iter().position(|id| *id == self.last);
        found.map_or(usize::from(self.before), |index| index + 1)
    }
}

/// The contacts after that page; without one, all.
#[must_use]
pub fn after(people: &[UserId], page: Option<PageEnd>) -> &[UserId] {
    people.get(page.map_or(0, |page| page.next(people))..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn people(ids: &[u128]) -> Vec<UserId> {
        ids.iter().copied().map(UserId::from_u128).collect()
    }

    #[test]
    fn the_latest_come_first_and_nobody_twice() {
        let many: Vec<u128> = (100..750).collect();
        let cases = [
            (people(&[1, 2]), people(&[]), people(&[1, 2])),
            (people(&[3]), people(&[1, 2]), people(&[3, 1, 2])),
            (people(&[2]), people(&[1, 2]), people(&[2, 1])),
            (people(&[1, 2]), people(&[1, 2]), people(&[1, 2])),
            (people(&[1]), people(&many), people(&[&[1], &many[..499]].concat())),
        ];
        for (new, old, merged) in cases {
            assert_eq!(merge(&new, &old), merged);
        }
    }

    #[test]
    fn a_page_begins_where_the_one_before_it_ended() {
        let end = |last: u128, before| Some(PageEnd { last: UserId::from_u128(last), before });
        let cases = [
            (&[1, 2, 3, 4][..], None, &[1, 2, 3, 4][..]),
            (&[1, 2, 3, 4], end(2, 1), &[3, 4]),
            (&[9, 1, 2, 3, 4], end(2, 1), &[3, 4]),
            (&[2, 3, 4], end(2, 1), &[3, 4]),
            (&[1, 3, 4], end(2, 1), &[3, 4]),
            (&[1, 2, 3, 4], end(4, 3), &[]),
            (&[1], end(4, 3), &[]),
            (&[], end(4, 3), &[]),
        ];
        for (ids, page, rest) in cases {
            assert_eq!(after(&people(ids), page), people(rest), "{ids:?} after {page:?}");
        }
    }

    #[test]
    fn the_end_of_a_page_is_read_as_it_was_written() {
        let end = PageEnd { last: UserId::from_u128(7), before: 499 };
        let octets = end.encode();
        assert_eq!(PageEnd::decode(&octets), Some(end));
        for wrong in [&[][..], &octets[1..], &[octets.as_slice(), &[0]].concat()] {
            assert_eq!(PageEnd::decode(wrong), None);
        }
    }
}
