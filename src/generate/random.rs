//! Numbers that look random and hang on nothing but the seed, the beneficiary and the topic: any row can be made
//! again without the rows before it.

/// What a run of numbers is for. Each topic has its own run, so that a change in one moves no other.
#[derive(Clone, Copy, Debug)]
pub(super) enum Topic {
    Case = 1,
    Events,
    Jobs,
    Person,
    Faults,
    FaultDetails,
    Transition,
    Followup,
    Employers,
}

/// SplitMix64: G. Steele, D. Lea and C. Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014, with
/// the constants of S. Vigna's public-domain version.
#[derive(Clone, Debug)]
pub(super) struct Random(u64);

const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

impl Random {
    /// The run of numbers of one beneficiary and topic.
    pub(super) fn new(seed: u64, index: u64, topic: Topic) -> Self {
        let place = index.wrapping_mul(8).wrapping_add(topic as u64);
        Self(mix(mix(seed.wrapping_add(GOLDEN)).wrapping_add(place.wrapping_mul(GOLDEN))))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GOLDEN);
        mix(self.0) >> 32
    }

    /// A number from 0 to `count - 1`.
    pub(super) fn below(&mut self, count: u32) -> u32 {
        ((self.next() * u64::from(count)) >> 32) as u32
    }

    /// A number from the first to the last, both included; the first when the last lies before it.
    pub(super) fn between(&mut self, first: i64, last: i64) -> i64 {
        let count = u32::try_from(last - first + 1).unwrap_or(1).max(1);
        first + i64::from(self.below(count))
    }

    /// True `parts` times in a thousand.
    pub(super) fn chance(&mut self, parts: u32) -> bool {
        self.below(1000) < parts
    }

    /// One of a table, each as likely as the others.
    pub(super) fn pick<T: Copy>(&mut self, table: &[T]) -> T {
        table[((self.next() * table.len() as u64) >> 32) as usize]
    }

    /// One of a table, as likely as its weight says. Weights are parts of a thousand; the last entry takes the rest.
    pub(super) fn weighted<T: Copy>(&mut self, table: &[(u32, T)]) -> T {
        let mut left = self.below(1000);
        for &(weight, value) in table {
            if left < weight {
                return value;
            }
            left -= weight;
        }
        table[table.len() - 1].1
    }

    /// A number from a distribution given by its quantiles in parts of a thousand (from 0 to 1000), evenly spread
    /// between two of them.
    pub(super) fn quantile(&mut self, table: &[(i64, i64)]) -> i64 {
        let share = i64::from(self.below(1_000_000));
        for pair in table.windows(2) {
            let ((low, from), (high, to)) = (pair[0], pair[1]);
            if share < high * 1000 {
                return from + (share - low * 1000) * (to - from) / ((high - low) * 1000);
            }
        }
        table[table.len() - 1].1
    }
}

/// A permutation of `0..count` that keeps nothing in memory.
///
/// J. Black and P. Rogaway, "Ciphers with arbitrary finite domains", CT-RSA 2002: a Feistel network over the pairs of
/// a rectangle that is hardly larger than the count, walked on from the few places outside it.
#[derive(Clone, Debug)]
pub(super) struct Shuffle {
    count: u64,
    width: u64,
    height: u64,
    key: u64,
}

impl Shuffle {
    const ROUNDS: u64 = 4;

    /// The permutation that a key calls for. Counts are below 2^60.
    pub(super) fn new(count: u64, key: u64) -> Self {
        let width = count.isqrt().max(1);
        Self { count, width, height: count.div_ceil(width), key: mix(key) }
    }

    /// Where a place goes.
    pub(super) fn at(&self, place: u64) -> u64 {
        let mut place = place;
        loop {
            let (mut left, mut right) = (place % self.width, place / self.width);
            for round in 0..Self::ROUNDS {
                let of = |value: u64| mix((value ^ self.key).wrapping_add(round.wrapping_mul(GOLDEN))) >> 32;
                if round % 2 == 0 {
                    left += (of(right) * self.width) >> 32;
                    left -= if left >= self.width { self.width } else { 0 };
                } else {
                    right += (of(left) * self.height) >> 32;
                    right -= if right >= self.height { self.height } else { 0 };
                }
            }
            place = right * self.width + left;
            if place < self.count {
                return place;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shuffle_is_a_permutation() {
        for count in [1, 2, 3, 10, 97, 1000, 12_345] {
            let shuffle = Shuffle::new(count, 7);
            let mut places: Vec<_> = (0..count).map(|place| shuffle.at(place)).collect();
            assert!(count < 10 || !places.is_sorted(), "{count}");
            places.sort_unstable();
            assert!(places.into_iter().eq(0..count), "{count}");
        }
    }

    #[test]
    fn numbers_stay_within_their_bounds_and_spread_over_them() {
        let mut random = Random::new(1, 2, Topic::Case);
        let mut seen = [0_u32; 7];
        for _ in 0..7000 {
            seen[random.below(7) as usize] += 1;
        }
        assert!(seen.iter().all(|count| (850..1150).contains(count)), "{seen:?}");
        assert_eq!(random.between(5, 4), 5);
        assert!((0..1000).all(|_| (-3..=3).contains(&random.between(-3, 3))));
    }
}
