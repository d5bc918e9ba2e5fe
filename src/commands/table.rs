//! Plain tables for people.

/// Columns as wide as their widest cell, the last one as it is.
pub(super) fn text<const N: usize>(heads: &[&str; N], rows: &[[String; N]]) -> String {
    let mut widths = heads.map(|head| head.chars().count());
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let line = |cells: [&str; N]| {
        let padded = cells.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}"));
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned() + "\n"
    };
    let mut out = line(*heads);
    for row in rows {
        out += &line(std::array::from_fn(|at| row[at].as_str()));
    }
    out
}

/// Names to the left, numbers to the right.
pub(super) fn figures(rows: &[(String, String)]) -> String {
    let wide = |cell: &String| cell.chars().count();
    let names = rows.iter().map(|(name, _)| wide(name)).max().unwrap_or_default();
    let numbers = rows.iter().map(|(_, number)| wide(number)).max().unwrap_or_default();
    rows.iter()
        .map(|(name, number)| format!("  {name:<names$}  {number:>numbers$}").trim_end().to_owned() + "\n")
        .collect()
}

/// `1234567.89` as `1 234 567.89`, for people only.
pub(super) fn grouped(number: &str) -> String {
    let (whole, decimals) = number.split_at(number.find('.').unwrap_or(number.len()));
    let mut out = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at) % 3 == 0 && out.ends_with(|last: char| last.is_ascii_digit()) {
            out.push(' ');
        }
        out.push(digit);
    }
    out + decimals
}

#[cfg(test)]
mod tests {
    #[test]
    fn numbers_are_grouped_by_three_digits() {
        for (number, grouped) in [("0.00", "0.00"), ("123", "123"), ("1234.50", "1 234.50"), ("-1234567", "-1 234 567")]
        {
            assert_eq!(super::grouped(number), grouped);
        }
    }
}
