//! Who the made-up beneficiaries are: names and social security numbers.

use super::accounts::digits;
use super::cases::Case;
use super::names::{FAMILIES, MEN, WOMEN};
use super::random::Random;
use crate::identity::Nir;

/// Appends a social security number of the person's sex and month of birth, in groups or in one piece.
pub(super) fn write_nir(random: &mut Random, case: &Case, out: &mut Vec<u8>) {
    let mut number = [b'0'; 15];
    number[0] = if case.female { b'2' } else { b'1' };
    digits(&mut number[1..3], u64::from(case.born.year().cast_unsigned() % 100));
    digits(&mut number[3..5], u64::from(case.born.number()));
    match random.below(100) {
        0..10 => {
            digits(&mut number[5..7], 99);
            digits(&mut number[7..10], u64::from(random.pick(&[109_u32, 127, 134, 139, 341, 350, 351, 352])));
        }
        10..13 => {
            digits(&mut number[5..8], u64::from(random.pick(&[971_u32, 972, 973, 974])));
            digits(&mut number[8..10], u64::from(random.below(30) + 1));
        }
        13..15 => corsica(random, case, &mut number),
        _ => {
            let department = random.below(94) + 1;
            digits(&mut number[5..7], u64::from(if department >= 20 { department + 1 } else { department }));
            digits(&mut number[7..10], u64::from(random.below(450) + 1));
        }
    }
    digits(&mut number[10..13], u64::from(random.below(650) + 1));
    if let Some(key) = number.first_chunk().and_then(Nir::key) {
        digits(&mut number[13..15], u64::from(key));
    }
    if random.chance(800) {
        out.extend_from_slice(&number);
        return;
    }
    for (place, &byte) in number.iter().enumerate() {
        if matches!(place, 1 | 3 | 5 | 7 | 10 | 13) {
            out.push(b' ');
        }
        out.push(byte);
    }
}

/// Corsica was department 20 until 1976.
fn corsica(random: &mut Random, case: &Case, number: &mut [u8; 15]) {
    number[5] = b'2';
    number[6] = if case.born.year() < 1976 { b'0' } else { random.pick(b"AB") };
    digits(&mut number[7..10], u64::from(random.below(350) + 1));
}

/// Appends a name as a field: mostly first and family name, sometimes double, in capitals, turned round or with a
/// name that everybody uses, the latter two in quotes.
pub(super) fn write_name(random: &mut Random, case: &Case, out: &mut Vec<u8>) {
    let first = random.pick(if case.female { &WOMEN } else { &MEN });
    let family = random.pick(&FAMILIES);
    let put = |out: &mut Vec<u8>, parts: &[&str]| parts.iter().for_each(|part| out.extend_from_slice(part.as_bytes()));
    match random.below(1000) {
        0..80 => put(out, &["\"", family, ", ", first, "\""]),
        80..85 => {
            put(out, &["\"", first, " \"\"", random.pick(&["Nono", "Mimi", "Dédé", "Jo"]), "\"\" ", family, "\""])
        }
        85..145 => put(out, &[first, " ", family, "-", random.pick(&FAMILIES)]),
        145..190 if case.female => put(out, &[first, " ", family, " ép. ", random.pick(&FAMILIES)]),
        190..290 => {
            let mut utf8 = [0; 4];
            for capital in family.chars().flat_map(char::to_uppercase) {
                out.extend_from_slice(capital.encode_utf8(&mut utf8).as_bytes());
            }
            put(out, &[" ", first]);
        }
        _ => put(out, &[first, " ", family]),
    }
}
