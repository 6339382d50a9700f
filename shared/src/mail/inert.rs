//! What others typed, in a mail.

use std::fmt::{self, Write};

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
}
