//! Whole numbers as bytes, as short as they are: seven bits a byte, the lowest first, the eighth says that more follow.

/// Appends a number.
#[inline]
pub(crate) fn put(out: &mut Vec<u8>, number: u64) {
    let [low, middle, high, ..] = number.to_le_bytes();
    match number {
        0..0x80 => out.push(low),
        // The lengths that nearly all numbers have are written at once.
        0x80..0x4000 => out.extend_from_slice(&[low | 0x80, middle << 1 | low >> 7]),
        0x4000..0x20_0000 => {
            out.extend_from_slice(&[low | 0x80, middle << 1 | low >> 7 | 0x80, high << 2 | middle >> 6]);
        }
        _ => put_long(out, number),
    }
}

fn put_long(out: &mut Vec<u8>, number: u64) {
    let mut rest = number;
    while rest > 0x7F {
        out.push(rest.to_le_bytes()[0] | 0x80);
        rest >>= 7;
    }
    out.push(rest.to_le_bytes()[0]);
}

/// Appends a number that may be below zero; these take turns with the others, so that both are short.
#[inline]
pub(crate) fn put_signed(out: &mut Vec<u8>, number: i64) {
    put(out, ((number << 1) ^ (number >> 63)).cast_unsigned());
}

/// Takes a number from the front; `None` if the bytes end within it, or it does not fit.
#[inline]
pub(crate) fn take(bytes: &mut &[u8]) -> Option<u64> {
    let (number, rest) = match **bytes {
        [low @ ..0x80, ref rest @ ..] => (u64::from(low), rest),
        [low, high @ ..0x80, ref rest @ ..] => (u64::from(low & 0x7F) | u64::from(high) << 7, rest),
        _ => return take_long(bytes),
    };
    *bytes = rest;
    Some(number)
}

fn take_long(bytes: &mut &[u8]) -> Option<u64> {
    let (mut number, mut shift) = (0_u64, 0);
    loop {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        let part = u64::from(byte & 0x7F);
        if shift > 63 || (shift == 63 && part > 1) {
            return None;
        }
        number |= part << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
        shift += 7;
    }
}

/// Takes a number that may be below zero.
#[inline]
pub(crate) fn take_signed(bytes: &mut &[u8]) -> Option<i64> {
    let number = take(bytes)?;
    Some((number >> 1).cast_signed() ^ -((number & 1).cast_signed()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_back_at_every_length() {
        let edges = (0..64).flat_map(|bits| [1_u64 << bits, (1 << bits) - 1, u64::MAX >> bits]);
        for number in edges {
            let mut bytes = Vec::new();
            put(&mut bytes, number);
            let mut long = Vec::new();
            put_long(&mut long, number);
            assert_eq!(bytes, long, "{number}");
            for cut in 0..bytes.len() {
                assert_eq!(take(&mut &bytes[..cut]), None, "{number} cut at {cut}");
            }
            bytes.push(0xFF);
            let mut rest = &bytes[..];
            assert_eq!((take(&mut rest), rest), (Some(number), &[0xFF][..]));
            for signed in [number.cast_signed(), number.cast_signed().wrapping_neg()] {
                let mut bytes = Vec::new();
                put_signed(&mut bytes, signed);
                assert_eq!(take_signed(&mut &bytes[..]), Some(signed));
            }
        }
    }

    #[test]
    fn a_number_of_more_than_64_bits_is_none() {
        assert_eq!(take(&mut &[0xFF; 9][..]), None);
        assert_eq!(take(&mut [&[0xFF; 9][..], &[1]].concat().as_slice()), Some(u64::MAX));
        assert_eq!(take(&mut [&[0xFF; 9][..], &[2]].concat().as_slice()), None);
        assert_eq!(take(&mut [&[0x80; 10][..], &[0]].concat().as_slice()), None);
    }
}
