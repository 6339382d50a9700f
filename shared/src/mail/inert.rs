//! What others typed, in a mail.

use std::fmt::{self, Write};
use std::net::IpAddr;

/// Joins what stands around it without being seen. A program that looks for addresses takes it for no part of one.
const WORD_JOINER: char = '\u{2060}';

/// What makes an address out of words: its marks, and what programs take for these.
const MARKS: [char; 11] =
    ['.', '/', ':', '@', '\u{2024}', '\u{3002}', '\u{ff0e}', '\u{ff0f}', '\u{ff1a}', '\u{ff20}', '\u{ff61}'];

/// Text that somebody typed, which reads as it is and is no link, whatever it says: programs that read mails make links of
/// whatever looks like an address. All that a template shows and the service did not write itself is of this type, so that no
/// template can forget it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Inert<'a>(pub(super) &'a str);

impl fmt::Display for Inert<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            if MARKS.contains(&c) {
                write!(f, "{WORD_JOINER}{c}{WORD_JOINER}")?;
            } else {
                f.write_char(c)?;
            }
        }
        Ok(())
    }
}

/// The network address that something was done from, which is as foreign, and has to be found again: its marks stay as they are,
/// since between joiners no program takes it for an address to open. What is none after all is text like any other.
#[derive(Clone, Copy, Debug)]
pub(super) struct Network<'a>(pub(super) &'a str);

impl fmt::Display for Network<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.parse::<IpAddr>() {
            Ok(address) => write!(f, "{WORD_JOINER}{address}{WORD_JOINER}"),
            Err(_) => Inert(self.0).fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_reads_as_it_was_typed() {
        for typed in ["jane", "o'neil & sons", "j.doe@home", "https://evil.example/win?a=1", "\u{fc}\u{3002}de"] {
            let shown = Inert(typed).to_string();
            assert_eq!(shown.replace(WORD_JOINER, ""), typed);
            assert_eq!(shown == typed, !typed.contains(MARKS), "{shown}");
        }
    }

    #[test]
    fn a_network_address_can_be_found_again() {
        for (address, found) in [("203.0.113.7", true), ("2001:db8::1", true), ("evil.example", false)] {
            assert_eq!(Network(address).to_string().contains(address), found, "{address}");
        }
    }
}
