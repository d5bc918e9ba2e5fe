use super::ShortText;
use crate::bytes::{digits_of_word, eight_digits, word_at};

/// An account number of a SEPA country whose structure and check digits are right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Iban(ShortText<34>);

/// Runs of digits `n`, letters `a`, or both `c`, with their lengths.
type Structure = &'static [(usize, u8)];

/// The countries of the SEPA area (EPC409-09) and the structure of their account numbers behind the check digits
/// (SWIFT IBAN registry).
const COUNTRIES: [(&[u8; 2], Structure); 42] = [
    (b"AD", &[(8, b'n'), (12, b'c')]),
    (b"AL", &[(8, b'n'), (16, b'c')]),
    (b"AT", &[(16, b'n')]),
    (b"BE", &[(12, b'n')]),
    (b"BG", &[(4, b'a'), (6, b'n'), (8, b'c')]),
    (b"CH", &[(5, b'n'), (12, b'c')]),
    (b"CY", &[(8, b'n'), (16, b'c')]),
    (b"CZ", &[(20, b'n')]),
    (b"DE", &[(18, b'n')]),
    (b"DK", &[(14, b'n')]),
    (b"EE", &[(16, b'n')]),
    (b"ES", &[(20, b'n')]),
    (b"FI", &[(14, b'n')]),
    (b"FR", &[(10, b'n'), (11, b'c'), (2, b'n')]),
    (b"GB", &[(4, b'a'), (14, b'n')]),
    (b"GI", &[(4, b'a'), (15, b'c')]),
    (b"GR", &[(7, b'n'), (16, b'c')]),
    (b"HR", &[(17, b'n')]),
    (b"HU", &[(24, b'n')]),
    (b"IE", &[(4, b'a'), (14, b'n')]),
    (b"IS", &[(22, b'n')]),
    (b"IT", &[(1, b'a'), (10, b'n'), (12, b'c')]),
    (b"LI", &[(5, b'n'), (12, b'c')]),
    (b"LT", &[(16, b'n')]),
    (b"LU", &[(3, b'n'), (13, b'c')]),
    (b"LV", &[(4, b'a'), (13, b'c')]),
    (b"MC", &[(10, b'n'), (11, b'c'), (2, b'n')]),
    (b"MD", &[(20, b'c')]),
    (b"ME", &[(18, b'n')]),
    (b"MK", &[(3, b'n'), (10, b'c'), (2, b'n')]),
    (b"MT", &[(4, b'a'), (5, b'n'), (18, b'c')]),
    (b"NL", &[(4, b'a'), (10, b'n')]),
    (b"NO", &[(11, b'n')]),
    (b"PL", &[(24, b'n')]),
    (b"PT", &[(21, b'n')]),
    (b"RO", &[(4, b'a'), (16, b'c')]),
    (b"RS", &[(18, b'n')]),
    (b"SE", &[(20, b'n')]),
    (b"SI", &[(15, b'n')]),
    (b"SK", &[(20, b'n')]),
    (b"SM", &[(1, b'a'), (10, b'n'), (12, b'c')]),
    (b"VA", &[(18, b'n')]),
];

impl Iban {
    /// The account, if the text names a SEPA country, has its structure, and its check digits agree (ISO 13616).
    #[inline]
    pub fn new(text: &[u8]) -> Option<Self> {
        let french = match <&[u8; 27]>::try_from(text) {
            Ok(text) => Self::of_french_digits(text),
            Err(_) => without_spaces(text).and_then(|text| Self::of_french_digits(&text)),
        };
        match french {
            None => Self::of_other_form(text),
            french => french,
        }
    }

    /// What nearly every field is, taken at once: a French account of digits only. `None` of any other, and of one whose check
    /// digits disagree.
    #[inline(always)]
    pub(crate) fn of_french_digits(text: &[u8; 27]) -> Option<Self> {
        let [b'F', b'R', check @ ..] = text.first_chunk::<4>()? else { return None };
        let [tens, ones] = check.map(|digit| u64::from(digit.wrapping_sub(b'0')));
        let upper = digits_of_word(word_at(text, 4))? * 100_000_000 + digits_of_word(word_at(text, 12))?;
        let lower = digits_of_word(word_at(text, 19) & !0xFF | 0x30)?;
        // F is 15 and R is 27.
        let number = upper % 97 * 10_000_000_000_000 + lower * 1_000_000 + 152_700 + tens * 10 + ones;
        (tens < 10 && ones < 10 && number % 97 == 1).then(|| Self(ShortText::checked(text)))
    }

    fn of_other_form(text: &[u8]) -> Option<Self> {
        let text = ShortText::compact(text)?;
        let (country, rest) = text.as_bytes().split_first_chunk::<2>()?;
        let (check, account) = rest.split_first_chunk::<2>()?;
        let valid = check.iter().all(u8::is_ascii_digit)
            && has_structure(country, account)
            && remainder([account, country, check]) == 1;
        valid.then_some(Self(text))
    }

    /// The check digits, 02 to 98, of an account in a country.
    pub fn check_digits(country: &[u8; 2], account: &[u8]) -> u8 {
        98 - remainder([account, country, b"00"])
    }

    /// The account number without spaces.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// The account number without spaces and what stands behind it, and its length.
    #[inline]
    pub(crate) fn padded(&self) -> (&[u8; 34], usize) {
        self.0.padded()
    }

    /// Appends it without spaces.
    #[inline]
    pub fn write(&self, out: &mut Vec<u8>) {
        self.0.write(out);
    }
}

/// A French account whose characters stand in groups of four, the last of three.
#[inline]
fn without_spaces(text: &[u8]) -> Option<[u8; 27]> {
    let text: &[u8; 33] = text.try_into().ok()?;
    let (groups, last) = text.as_chunks::<5>();
    let mut compact = [0; 27];
    let (places, last_place) = compact.as_chunks_mut::<4>();
    for (place, [group @ .., space]) in places.iter_mut().zip(groups) {
        if *space != b' ' {
            return None;
        }
        *place = *group;
    }
    last_place.copy_from_slice(last);
    Some(compact)
}

/// For each pair of capitals the place of its country in [`COUNTRIES`], or one that it lacks.
const PLACES: [[u8; 26]; 26] = {
    let mut places = [[u8::MAX; 26]; 26];
    let mut at = 0_u8;
    while (at as usize) < COUNTRIES.len() {
        let [first, second] = *COUNTRIES[at as usize].0;
        places[(first - b'A') as usize][(second - b'A') as usize] = at;
        at += 1;
    }
    places
};

fn has_structure([first, second]: &[u8; 2], account: &[u8]) -> bool {
    let place = |letter: &u8| usize::from(letter.wrapping_sub(b'A'));
    let at = PLACES.get(place(first)).and_then(|row| row.get(place(second)));
    let Some((_, structure)) = at.and_then(|&at| COUNTRIES.get(usize::from(at))) else {
        return false;
    };
    let mut rest = account;
    for &(length, class) in *structure {
        let Some((run, behind)) = rest.split_at_checked(length) else {
            return false;
        };
        let fits = match class {
            b'n' => run.iter().fold(true, |all, byte| all & byte.is_ascii_digit()),
            b'a' => run.iter().all(u8::is_ascii_uppercase),
            _ => true,
        };
        if !fits {
            return false;
        }
        rest = behind;
    }
    rest.is_empty()
}

/// The remainder by 97 of the number that capitals and digits spell, a letter standing for 10 to 35: account, country, check
/// digits.
fn remainder([account, country, check]: [&[u8]; 3]) -> u8 {
    let mut value = 0;
    let (chunks, rest) = account.as_chunks::<8>();
    for chunk in chunks {
        value = match eight_digits(*chunk) {
            Some(number) => (value * 100_000_000 + number) % 97,
            None => spelt(value, chunk) % 97,
        };
    }
    // A remainder below 97 with seven letters behind it stays inside 64 bits, with nine it does not.
    let value = spelt(value, rest) % 97;
    (spelt(spelt(value, country), check) % 97) as u8
}

/// A number below 97 with up to eight capitals and digits behind it.
#[inline]
fn spelt(number: u64, characters: &[u8]) -> u64 {
    characters.iter().fold(number, |number, &byte| {
        let digit = u64::from(byte.wrapping_sub(b'0'));
        if digit < 10 { number * 10 + digit } else { number * 100 + digit - u64::from(b'A' - b'0') + 10 }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_of_the_registry_are_accounts() {
        // SWIFT IBAN registry, example accounts.
        for text in [
            "FR14 2004 1010 0505 0001 3M02 606",
            "DE89370400440532013000",
            "GB29NWBK60161331926819",
            "MC5811222000010123456789030",
            "VA59001123000012345678",
            "NO9386011117947",
            "MT84MALT011000012345MTLCAST001S",
            "fr1420041010050500013m02606",
            "FR76 1820 6605 4900 3987 3630 268",
            "FR761820 6605 4900 3987 3630 2 68",
        ] {
            assert!(Iban::new(text.as_bytes()).is_some(), "{text}");
        }
    }

    #[test]
    fn other_countries_lengths_letters_and_digits_are_not() {
        for text in [
            "FR1420041010050500013M02607",
            "FR142004101005050001302606",
            "BR1800360305000010009795493C1",
            "FR",
            "",
            "FR14",
            "DE8937040044053201300A",
            "FRXX20041010050500013M02606",
            "FR14-2004",
            "FR76 1820 6605 4900 3987 3630 269",
            "FR76 1820-6605 4900 3987 3630 268",
            "SA0380000000608010167519",
        ] {
            assert!(Iban::new(text.as_bytes()).is_none(), "{text}");
        }
    }

    #[test]
    fn an_account_that_ends_in_seven_letters_can_be_checked() {
        // A Greek account of letters: 97 times 100 to the ninth is beyond 64 bits.
        for text in ["GR763000600ZZZZZZZZZZZZZZZZ", "GR7630006000jjjjjjjjjjjjjjj", "MT84ZZZZ99999ZZZZZZZZZZZZZZZZZZ"] {
            let theirs = text.to_ascii_uppercase().parse::<iban::Iban>().ok();
            assert_eq!(Iban::new(text.as_bytes()).is_some(), theirs.is_some(), "{text}");
        }
        let account = b"3000600ZZZZZZZZZZZZZZZZ";
        let check = Iban::check_digits(b"GR", account);
        let whole = format!("GR{check:02}{}", String::from_utf8_lossy(account));
        assert!(Iban::new(whole.as_bytes()).is_some(), "{whole}");
        assert!(whole.parse::<iban::Iban>().is_ok(), "{whole}");
    }

    #[test]
    fn an_independent_library_agrees_on_mutated_accounts() {
        for valid in [b"FR1420041010050500013M02606", b"FR7618206605490039873630268"] {
            mutate(valid);
        }
    }

    fn mutate(valid: &[u8; 27]) {
        for place in 0..valid.len() {
            for byte in *b"0123456789ABMZ" {
                let mut text = *valid;
                text[place] = byte;
                let theirs = str::from_utf8(&text).ok().and_then(|text| text.parse::<iban::Iban>().ok());
                let ours = Iban::new(&text);
                let sepa = COUNTRIES.iter().any(|(code, _)| **code == text[..2]);
                assert_eq!(ours.is_some(), theirs.is_some() && sepa, "{}", String::from_utf8_lossy(&text));
            }
        }
    }
}
