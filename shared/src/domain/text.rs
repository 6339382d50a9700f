//! Text that people typed, in one normal form and without characters that reorder or hide it.
//!
//! Input is brought to Unicode's normal form C, so that texts that look the same are the same. Text without anything visible counts
//! as missing.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::canonical_combining_class;

/// Reads one line, without the white space around it. Empty if nothing in it is visible.
///
/// # Errors
/// What is wrong with it.
pub fn line(text: &str, longest: usize) -> Result<String, String> {
    read(text.trim(), longest, |c| is_control(c) || is_break(c), "must be one line without control characters")
}

/// Reads any number of lines, as they are. Empty if nothing in them is visible.
///
/// # Errors
/// What is wrong with them.
pub fn lines(text: &str, longest: usize) -> Result<String, String> {
    let refused = |c| is_control(c) && !matches!(c, '\n' | '\r' | '\t');
    read(text, longest, refused, "must hold no control characters but line breaks and tabs")
}

/// The text for comparison: in normal form C, without the white space around it. Empty if nothing in it is visible.
#[must_use]
pub fn composed(text: &str) -> String {
    if shows_nothing(text) { String::new() } else { text.trim().nfc().collect() }
}

fn read(text: &str, longest: usize, refused: impl Fn(char) -> bool, message: &str) -> Result<String, String> {
    if shows_nothing(text) {
        return Ok(String::new());
    }
    if text.chars().any(refused) {
        return Err(message.to_owned());
    }
    if let Some(hidden) = hidden(text) {
        return Err(format!("must not hold U+{:04X} where it turns or hides text", u32::from(hidden)));
    }
    let text: String = text.nfc().collect();
    if text.chars().count() > longest {
        return Err(format!("must be at most {longest} characters long"));
    }
    Ok(text)
}

/// Whether nothing in the text is visible.
fn shows_nothing(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || is_ignorable(c) || c == BLANK)
}

/// A Braille pattern without dots.
const BLANK: char = '\u{2800}';

/// Whether it is a control character. Noncharacters are treated as such.
fn is_control(c: char) -> bool {
    let is_none = u32::from(c) & 0xFFFE == 0xFFFE || ('\u{FDD0}'..='\u{FDEF}').contains(&c);
    is_none || c.is_control() || ('\u{FFF9}'..='\u{FFFB}').contains(&c)
}

const fn is_break(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}')
}

/// Whether the character is invisible even to a program that does not support it: Unicode's property
/// `Default_Ignorable_Code_Point`.
const fn is_ignorable(c: char) -> bool {
    matches!(c,
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}'..='\u{1160}' | '\u{17B4}'..='\u{17B5}' | '\u{180B}'..='\u{180F}'
        | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}'
        | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFF8}' | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}'
        | '\u{E0000}'..='\u{E0FFF}')
}

/// Whether the character joins or separates its two neighbours in their script. In most scripts, two letters look the same with and
/// without a joiner between them. Emoji are joined too.
fn joins(joiner: char, before: char, after: char) -> bool {
    match joiner {
        '\u{180E}' | '\u{200C}' => is_joined(before) && is_joined(after),
        '\u{200D}' => is_joined(before) && is_joined(after) || is_symbol(before) && is_symbol(after),
        _ => false,
    }
}

/// Whether it is a letter of a script whose letters join: the scripts of the Near East, of South and South East Asia, and of
/// Mongolia.
const fn is_joined(c: char) -> bool {
    matches!(c, '\u{600}'..='\u{109F}' | '\u{1780}'..='\u{18AF}' | '\u{1900}'..='\u{1CFF}' | '\u{A800}'..='\u{A8FF}'
        | '\u{A980}'..='\u{AADF}' | '\u{FB50}'..='\u{FDCF}' | '\u{FE70}'..='\u{FEFC}' | '\u{10A00}'..='\u{11FFF}')
}

/// Whether it is a sign or a picture that emoji are made of.
const fn is_symbol(c: char) -> bool {
    matches!(c, '#' | '*' | '0'..='9' | '\u{A9}' | '\u{AE}' | '\u{203C}'..='\u{2BFF}' | '\u{3030}'..='\u{303D}'
        | '\u{3297}'..='\u{3299}' | '\u{1F000}'..='\u{1FAFF}')
}

/// Whether the variation selector chooses how the character before it looks, if that character has several forms.
const fn selects(selector: char, before: char) -> bool {
    match selector {
        '\u{180B}'..='\u{180D}' | '\u{180F}' => matches!(before, '\u{1800}'..='\u{18AF}'),
        '\u{FE0E}' | '\u{FE0F}' => is_symbol(before),
        '\u{FE00}'..='\u{FE0D}' | '\u{E0100}'..='\u{E01EF}' => {
            matches!(before, '\u{3400}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
        }
        _ => false,
    }
}

/// The first character that reorders text or hides in it. Joiners and selectors do neither where they have something to work on.
fn hidden(text: &str) -> Option<char> {
    let mut rest = text;
    // The visible character just before the rest, and whether a selector may follow it.
    let (mut before, mut bare) = (None::<char>, false);
    while let Some(c) = rest.chars().next() {
        let after = rest.get(c.len_utf8()..).unwrap_or_default();
        if let Some(flag) = flag(rest) {
            (rest, before, bare) = (flag, Some('\u{1F3F4}'), false);
            continue;
        }
        let joins = |before| after.chars().next().is_some_and(|next| joins(c, before, next));
        (before, bare) = match before {
            Some(seen) if bare && selects(c, seen) => (before, false),
            Some(seen) if joins(seen) => (None, false),
            _ if is_ignorable(c) => return Some(c),
            // A mark, such as a skin tone, belongs to the character that it follows.
            Some(seen) if is_mark(c) => (Some(seen), bare),
            _ => (Some(c), true),
        };
        rest = after;
    }
    None
}

fn is_mark(c: char) -> bool {
    matches!(c, '\u{1F3FB}'..='\u{1F3FF}' | '\u{20E3}')
}

/// The length of a tag, in octets.
const TAG: usize = 4;

/// The rest after the subdivision flag that the text begins with. Such a flag is a black flag, the subdivision's code in tags, and
/// an end tag ([UTS 51](https://www.unicode.org/reports/tr51/#valid-emoji-tag-sequences)).
fn flag(text: &str) -> Option<&str> {
    let tags = text.strip_prefix('\u{1F3F4}')?;
    let rest = tags.trim_start_matches(|c| matches!(c, '\u{E0030}'..='\u{E0039}' | '\u{E0061}'..='\u{E007A}'));
    let octets = tags.len() - rest.len();
    rest.strip_prefix('\u{E007F}').filter(|_| (3 * TAG..=7 * TAG).contains(&octets))
}

/// The letters and digits of the text, without case, accents and signs, and with lookalikes unified. People can confuse two names
/// with the same skeleton.
pub(super) fn skeleton(text: &str) -> String {
    let base = text.nfkd().filter(|c| canonical_combining_class(*c) == 0);
    base.flat_map(char::to_lowercase).map(lookalike).filter(|c| c.is_alphanumeric()).collect()
}

/// The Latin letter that this Cyrillic or Greek letter looks like.
const fn lookalike(c: char) -> char {
    match c {
        'а' | 'α' => 'a',
        'с' | 'ϲ' => 'c',
        'ԁ' => 'd',
        'е' => 'e',
        'һ' => 'h',
        'і' | 'ι' | 'ı' => 'i',
        'ј' | 'ϳ' => 'j',
        'о' | 'ο' => 'o',
        'р' | 'ρ' => 'p',
        'ѕ' => 's',
        'υ' => 'u',
        'ν' | 'ѵ' => 'v',
        'х' | 'χ' => 'x',
        'у' => 'y',
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_becomes_of_a_line() {
        let one_line = "must be one line";
        let cases = [
            ("Picnic", Ok("Picnic")),
            (" \u{a0}Picnic\u{3000}\n", Ok("Picnic")),
            ("Cafe\u{301}", Ok("Caf\u{e9}")),
            ("\u{1100}\u{1161}", Ok("\u{ac00}")),
            ("\u{212b}", Ok("\u{c5}")),
            ("ﬁ ２", Ok("ﬁ ２")),
            ("Ужин 🦀", Ok("Ужин 🦀")),
            ("שלום عيد", Ok("שלום عيد")),
            // Texts without anything visible.
            ("", Ok("")),
            (" \t\r\n\u{2028}", Ok("")),
            ("\u{200b}", Ok("")),
            ("\u{200b}\u{200b}", Ok("")),
            ("\u{feff} \u{ad}\u{2060}", Ok("")),
            ("\u{202e}\u{2069}", Ok("")),
            ("\u{3164}\u{ffa0}\u{115f}\u{1160}", Ok("")),
            ("\u{fe0f}\u{200d}\u{e0067}", Ok("")),
            ("\u{2800} \u{2800}", Ok("")),
            // Texts that are not one line.
            ("a\nb", Err(one_line)),
            ("a\tb", Err(one_line)),
            ("a\u{0}", Err(one_line)),
            ("\u{0}", Err(one_line)),
            ("a\u{7f}b", Err(one_line)),
            ("a\u{85}b", Err(one_line)),
            ("a\u{2028}b", Err(one_line)),
            ("a\u{2029}b", Err(one_line)),
            ("a\u{fff9}b", Err(one_line)),
            ("a\u{fffe}b", Err(one_line)),
            ("a\u{10ffff}b", Err(one_line)),
            ("12345678901", Err("must be at most 10")),
            ("e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}", Ok("éééééé")),
        ];
        check(|text| line(text, 10), &cases);
    }

    #[test]
    fn what_becomes_of_lines() {
        let cases = [
            ("a\n\tb\r\n", Ok("a\n\tb\r\n")),
            ("a\u{2028}b\u{2029}", Ok("a\u{2028}b\u{2029}")),
            (" e\u{301} ", Ok(" \u{e9} ")),
            ("\n\u{200b}\n", Ok("")),
            ("a\u{0}", Err("must hold no control")),
            ("a\u{b}b", Err("must hold no control")),
            ("a\u{1b}[2J", Err("must hold no control")),
            ("a\u{202e}b", Err("must not hold U+202E")),
            ("12345678901", Err("must be at most 10")),
        ];
        check(|text| lines(text, 10), &cases);
    }

    fn check(read: impl Fn(&str) -> Result<String, String>, cases: &[(&str, Result<&str, &str>)]) {
        for (text, expected) in cases {
            match (expected, read(text)) {
                (Ok(expected), Ok(found)) => assert_eq!(found, *expected, "{text:?}"),
                (Err(start), Err(message)) => assert!(message.starts_with(start), "{text:?}: {message}"),
                (_, found) => panic!("{text:?}: {found:?}"),
            }
        }
    }

    #[test]
    fn what_turns_or_hides_text_is_refused() {
        let always = "\u{ad}\u{61c}\u{115f}\u{1160}\u{17b4}\u{17b5}\u{200b}\u{200e}\u{200f}\u{202a}\u{202b}\u{202c}\u{202d}\
            \u{202e}\u{2060}\u{2061}\u{2062}\u{2063}\u{2064}\u{2065}\u{2066}\u{2067}\u{2068}\u{2069}\u{206a}\u{206f}\u{3164}\
            \u{feff}\u{ffa0}\u{fff0}\u{1bca0}\u{1d173}\u{e0001}\u{e0020}\u{e0041}\u{e007f}";
        for c in always.chars() {
            for text in [format!("a{c}b"), format!("{c}a"), format!("a{c}")] {
                assert_eq!(hidden(&text), Some(c), "{text:?}");
                assert!(line(&text, 10).is_err_and(|message| message.contains("turns or hides")), "{text:?}");
            }
        }
    }

    #[test]
    fn joiners_and_selectors_stand_where_they_work() {
        let cases = [
            ("नमस\u{200d}त\u{200c}े", true),
            ("می\u{200c}خواهم", true),
            ("👩\u{200d}👩\u{200d}👧", true),
            ("❤\u{fe0f}\u{200d}🔥", true),
            ("❤\u{fe0f}", true),
            ("1\u{fe0f}\u{20e3}", true),
            ("葛\u{e0100}", true),
            ("ᠠ\u{180b}ᠠ\u{180e}ᠠ", true),
            ("🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}!", true),
            ("🏴\u{200d}☠\u{fe0f}", true),
            ("🏴", true),
            ("👍🏽", true),
            ("👩🏽\u{200d}🚀", true),
            ("Park\u{fe0f}", false),
            ("x\u{fe00}", false),
            ("x\u{e0100}", false),
            ("x\u{34f}y", false),
            ("Pa\u{200c}rk", false),
            ("Pa\u{200d}rk", false),
            ("Пи\u{200d}кник", false),
            ("a\u{200d}🚀", false),
            ("a\u{200d}", false),
            ("\u{200d}a", false),
            ("a \u{200d}b", false),
            ("a\u{200d} b", false),
            ("a\u{200c}\u{200d}b", false),
            ("a\u{200c}\u{200c}b", false),
            ("\u{fe0f}a", false),
            ("a\u{fe0f}\u{fe0f}", false),
            ("a \u{fe0f}b", false),
            ("a\u{e0100}\u{e0101}\u{e0102}", false),
            ("🏴\u{e0067}\u{e0062}", false),
            ("🏴\u{e0067}\u{e0062}\u{e007f}", false),
            ("🏴\u{e0048}\u{e0069}\u{e0021}\u{e007f}", false),
            ("👍\u{e0067}\u{e0062}\u{e0073}\u{e007f}", false),
        ];
        for (text, fine) in cases {
            assert_eq!(hidden(text).is_none(), fine, "{text:?}");
        }
    }

    /// Whether reading the text a second time changes nothing. Otherwise a client could not send back what it was given.
    fn is_settled(text: &str) -> bool {
        type Read = fn(&str, usize) -> Result<String, String>;
        let is_settled = |read: Read| read(text, 99).map_or(true, |once| read(&once, 99) == Ok(once));
        [line as Read, lines].into_iter().all(is_settled)
    }

    proptest! {
        #[test]
        fn what_was_read_is_read_as_it_is(text in any::<String>(), marks in "[ae\u{300}-\u{36f}\u{200c}\u{200d}\u{fe0f}\u{2000}\u{340} \n]{0,9}") {
            prop_assert!(is_settled(&text), "{:?}", text);
            prop_assert!(is_settled(&marks), "{:?}", marks);
            prop_assert_eq!(composed(&composed(&marks)), composed(&marks));
        }
    }

    #[test]
    fn texts_that_look_the_same_compare_alike() {
        assert_eq!(composed(" Cafe\u{301} "), composed("Caf\u{e9}"));
        assert_eq!(composed("\u{200b}"), "");
        assert_ne!(composed("Cafe"), composed("Caf\u{e9}"));
    }

    #[test]
    fn skeletons() {
        let cases = [
            ("Deleted User", "deleteduser"),
            ("deleted\u{a0}_ -user", "deleteduser"),
            ("ＡＤＭＩＮ", "admin"),
            ("Ádmin.", "admin"),
            ("\u{430}dmin", "admin"),
            ("𝐫𝐨𝐨𝐭", "root"),
            ("Жанна", "жaннa"),
        ];
        for (text, expected) in cases {
            assert_eq!(skeleton(text), expected, "{text}");
        }
    }
}
