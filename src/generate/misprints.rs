//! Faults of writing (A101 to A108, A202): values as typing errors, spreadsheets and other systems leave them.

use super::cases::Stated;
use super::damage::Damage;
use super::faults::Fault;
use super::random::Random;
use super::sample::Sample;

type Misprint = (&'static str, &'static [&'static [u8]]);

const BLANK: &[&[u8]] = &[b"", b"  "];
const DATES: &[&[u8]] = &[b"2009-02-30", b"31/02/2009", b"2009-13-01", b"1er mai 2009", b"0000-00-00", b"N/A"];
const MONTHS: &[&[u8]] = &[b"2009-13", b"mai 2009", b"2009", b"00/2009"];
const AMOUNTS: &[&[u8]] = &[b"12O0.00", b"1e3", b"NaN", b"\"54,20\"", b"12.3.4", b"inf", b"1200 EUR", b"#REF!"];
const WHOLES: &[&[u8]] = &[b"trente", b"36 mois", b"3O", b"1e2", b"0x1F", b"#N/A"];
const HOURS: &[&[u8]] = &[b"35h", b"\"37,5\"", b"trente-cinq", b"3S", b"1e1"];
const NEGATIVE: &[&[u8]] = &[b"-54.20", b"-0.01", b"0.00", b"0"];
const BELOW_ZERO: &[&[u8]] = &[b"-1250.00", b"-0.01"];

/// By fault: what to write into which column of beneficiaries.csv, of events.csv, of earnings.csv.
fn table(fault: Fault) -> [&'static [Misprint]; 3] {
    match fault {
        Fault::A101 => [
            &[
                ("name", BLANK),
                ("iban", BLANK),
                ("nir", BLANK),
                ("procedure_date", BLANK),
                ("contract_end", BLANK),
                ("seniority_months", BLANK),
                ("weekly_hours", BLANK),
                ("beneficiary_id", BLANK),
            ],
            &[("kind", BLANK), ("start", BLANK), ("beneficiary_id", BLANK)],
            &[("month", BLANK), ("job_start", BLANK), ("base_monthly_gross", BLANK), ("weekly_hours", BLANK)],
        ],
        Fault::A102 => [
            &[("procedure_date", DATES), ("contract_end", DATES)],
            &[("start", DATES), ("end", DATES)],
            &[("job_start", DATES), ("proof", DATES), ("month", MONTHS), ("job_end", DATES)],
        ],
        Fault::A103 => [
            &[("sjr", AMOUNTS), ("notice_daily", AMOUNTS)],
            &[],
            &[("base_monthly_gross", AMOUNTS), ("gross_paid", AMOUNTS)],
        ],
        Fault::A104 => [
            &[
                ("seniority_months", WHOLES),
                ("weekly_hours", HOURS),
                ("are_days", WHOLES),
                ("part_time_ratio", &[b"\"0,8\"", b"80 %", b"O.8"]),
            ],
            &[],
            &[("weekly_hours", HOURS)],
        ],
        Fault::A106 => [
            &[("name", &[b"H\xe9l\xe8ne Lef\xe8vre", b"Ren\xe9 Dup\xe9r\xe9", b"\"No\xebl, Fran\xe7oise\""])],
            &[("kind", &[b"cong\xe9"])],
            &[("gross_paid", &[b"1250\xa0\x80"])],
        ],
        Fault::A107 => [
            &[
                ("sjr", NEGATIVE),
                ("part_time_ratio", &[b"1.2", b"0", b"80"]),
                ("weekly_hours", &[b"0", b"0.00"]),
                ("seniority_months", &[b"-3"]),
                ("notice_daily", BELOW_ZERO),
            ],
            &[],
            &[("base_monthly_gross", NEGATIVE), ("weekly_hours", &[b"0.00"]), ("gross_paid", BELOW_ZERO)],
        ],
        Fault::A108 => [
            &[("pension_category", &[b"4", b"II", b"X", b"2A"])],
            &[("kind", &[b"maladie", b"work", b"vacation", b"sick"])],
            &[],
        ],
        _ => [&[], &[], &[]],
    }
}

/// Puts a misprint into one of the beneficiary's rows.
pub(super) fn commit(fault: Fault, sample: &mut Sample, random: &mut Random) {
    if fault == Fault::A101 && random.chance(100) {
        // No other way to state the wage is filled.
        sample.case.stated = Stated::Wage;
        sample.damage = Some(Damage::Instead { column: "sjr", text: b"" });
        return;
    }
    let table = table(fault);
    let usable = |file: usize| fault == Fault::A105 || !table[file].is_empty();
    let mut file = random.below(4);
    if (file == 1 && (sample.events.is_empty() || !usable(1)))
        || (file == 2 && (sample.earnings.is_empty() || !usable(2)))
    {
        file = 0;
    }
    let misprint = |random: &mut Random, file: usize| match fault {
        Fault::A105 => random.pick(&[Damage::ExtraField, Damage::MissingField]),
        _ => {
            let (column, texts) = random.pick(table[file]);
            Damage::Instead { column, text: random.pick(texts) }
        }
    };
    match file {
        1 => {
            let damage = misprint(random, 1);
            let place = random.pick(&[0, sample.events.len() - 1]);
            sample.events[place].damage = Some(damage);
        }
        2 => {
            let damage = misprint(random, 2);
            let place = random.pick(&[0, sample.earnings.len() - 1]);
            sample.earnings[place].damage = Some(damage);
        }
        _ => sample.damage = Some(misprint(random, 0)),
    }
}

/// A202: a wrong digit, an end cut off, a country outside the SEPA area, a bank key of old.
pub(super) fn iban(random: &mut Random) -> Damage {
    const OUTSIDE: &[u8] = b"TN5910006035183598478831";
    random.pick(&[
        Damage::LastDigit { column: "iban" },
        Damage::Cut { column: "iban" },
        Damage::Instead { column: "iban", text: OUTSIDE },
        Damage::Instead { column: "iban", text: b"20041 01005 0500013M026 06" },
    ])
}
