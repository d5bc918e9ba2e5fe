//! Numbers of accounts and employers, with their keys.

use super::random::Random;
use crate::identity::Iban;

/// Codes of banks in France; accounts of the second one, La Banque Postale, have a letter.
const BANKS: [u32; 12] =
    [30_004, POSTAL, 30_003, 30_002, 10_278, 30_006, 18_206, 13_807, 10_107, 14_445, 30_066, 17_515];
const POSTAL: u32 = 20_041;

/// Other countries: the letters that an account there begins with and the digits behind them. National keys inside
/// the account are not worked out.
const ELSEWHERE: [(&[u8; 2], &[u8], usize); 9] = [
    (b"BE", b"", 12),
    (b"DE", b"", 18),
    (b"LU", b"", 16),
    (b"ES", b"", 20),
    (b"PT", b"", 21),
    (b"IT", b"X", 22),
    (b"NL", b"INGB", 10),
    (b"GB", b"NWBK", 14),
    (b"CH", b"", 17),
];

/// Appends an account number, in groups of four or in one piece.
pub(super) fn write_iban(random: &mut Random, out: &mut Vec<u8>) {
    let mut account = [0; 30];
    let (country, length) =
        if random.chance(960) { (b"FR", french(random, &mut account)) } else { elsewhere(random, &mut account) };
    let account = &account[..length];
    let check = Iban::check_digits(country, account);
    let check = [b'0' + check / 10, b'0' + check % 10];
    if random.chance(750) {
        for part in [&country[..], &check, account] {
            out.extend_from_slice(part);
        }
        return;
    }
    for (place, &byte) in country.iter().chain(&check).chain(account).enumerate() {
        if place % 4 == 0 && place > 0 {
            out.push(b' ');
        }
        out.push(byte);
    }
}

/// Bank, branch, account and the key of the relevé d'identité bancaire.
fn french(random: &mut Random, account: &mut [u8; 30]) -> usize {
    let bank = random.pick(&BANKS);
    digits(&mut account[..5], u64::from(bank));
    digits(&mut account[5..10], u64::from(random.below(99_999) + 1));
    digits(&mut account[10..21], u64::from(random.below(1_000_000_000)) * 7 + u64::from(random.below(7)));
    if bank == POSTAL {
        account[17] = random.pick(b"ABCDEFGHJKLMNPRSTUVWXYZ");
    }
    let value = account[..21].iter().fold(0, |value, &byte| (value * 10 + rib_digit(byte)) % 97);
    digits(&mut account[21..23], 97 - value * 100 % 97);
    23
}

/// In a French bank key A and J are 1, B, K and S are 2, and so on.
fn rib_digit(byte: u8) -> u64 {
    u64::from(match byte {
        b'A'..=b'I' => byte - b'A' + 1,
        b'J'..=b'R' => byte - b'J' + 1,
        b'S'..=b'Z' => byte - b'S' + 2,
        _ => byte - b'0',
    })
}

fn elsewhere(random: &mut Random, account: &mut [u8; 30]) -> (&'static [u8; 2], usize) {
    let (country, letters, count) = random.pick(&ELSEWHERE);
    let length = letters.len() + count;
    account[..letters.len()].copy_from_slice(letters);
    for place in &mut account[letters.len()..length] {
        *place = random.pick(b"0123456789");
    }
    (country, length)
}

/// An employer's establishment, one in a hundred of them a post office.
pub(super) fn siret(random: &mut Random) -> u64 {
    if random.chance(10) {
        // The digits of a post office add up to a multiple of 5 instead.
        let number = 35_600_000_000_000 + u64::from(random.below(6000)) * 10;
        return number + (5 - digit_sums(number / 10).0 % 5) % 5;
    }
    let firm = u64::from(random.below(60_000_000) + 30_000_000);
    let siren = with_luhn_key(firm);
    with_luhn_key(siren * 10_000 + random.weighted(&[(600, 1), (250, 2), (100, 3), (50, 12)]))
}

/// A number with the digit behind it that the Luhn algorithm calls for.
fn with_luhn_key(number: u64) -> u64 {
    number * 10 + (10 - digit_sums(number).1 % 10) % 10
}

/// The sum of a number's digits, plain and with each other one doubled, the last one first.
fn digit_sums(number: u64) -> (u64, u64) {
    let (mut rest, mut plain, mut luhn, mut doubled) = (number, 0, 0, true);
    while rest > 0 {
        let digit = rest % 10;
        rest /= 10;
        plain += digit;
        luhn += if doubled { digit * 2 % 10 + digit / 5 } else { digit };
        doubled = !doubled;
    }
    (plain, luhn)
}

/// A number with leading zeros, as many digits as there is place for.
pub(super) fn digits(out: &mut [u8], value: u64) {
    let mut rest = value;
    for place in out.iter_mut().rev() {
        *place = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::super::random::Topic;
    use super::*;
    use crate::identity::Siret;

    #[test]
    fn accounts_and_employers_are_valid() {
        let (mut french, mut postal) = (0, 0);
        for index in 0..5000 {
            let mut random = Random::new(3, index, Topic::Person);
            let mut text = Vec::new();
            write_iban(&mut random, &mut text);
            assert!(Iban::new(&text).is_some(), "{}", String::from_utf8_lossy(&text));
            french += u32::from(text.starts_with(b"FR"));
            let number = siret(&mut random);
            assert!(Siret::new(format!("{number:014}").as_bytes()).is_valid(), "{number}");
            let siren = format!("{:09}", number / 100_000);
            postal += u32::from(siren == "356000000");
        }
        assert!((4650..4950).contains(&french), "{french}");
        assert!((20..90).contains(&postal), "{postal}");
    }

    #[test]
    fn a_known_bank_key_is_found() {
        // SWIFT IBAN registry, France: 20041 01005 0500013M026, key 06.
        let value = b"20041010050500013M026".iter().fold(0, |value, &byte| (value * 10 + rib_digit(byte)) % 97);
        assert_eq!(97 - value * 100 % 97, 6);
        assert_eq!(with_luhn_key(73_282_932), 732_829_320);
        assert_eq!(with_luhn_key(7_328_293_200_007), 73_282_932_000_074);
    }
}
