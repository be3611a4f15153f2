//! Numbers that look random and are the same for the same seed, on every machine and for ever.

/// SplitMix64: small, fast, good enough to vary workflows.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// The sequence of a seed.
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub const fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `limit`, which is not 0.
    pub const fn below(&mut self, limit: usize) -> usize {
        (self.bits() >> 16) as usize % limit
    }

    /// True with a chance of `percent` in a hundred.
    pub const fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of several, of which there is at least one.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

/// The generator that Python's `random.Random(seed)` is (MT19937), so that an order of completion chosen there can be
/// chosen here.
#[derive(Clone, Debug)]
pub struct Mersenne {
    state: Vec<u32>,
    at: usize,
}

const WORDS: usize = 624;

impl Mersenne {
    /// The sequence of `random.Random(seed)`.
    pub fn new(seed: u32) -> Self {
        let mut state = vec![19_650_218u32; WORDS];
        for i in 1..WORDS {
            let before = state[i - 1];
            state[i] = 1_812_433_253u32.wrapping_mul(before ^ (before >> 30)).wrapping_add(word(i));
        }
        let mut i = 1;
        for _ in 0..WORDS {
            let before = state[i - 1];
            state[i] = (state[i] ^ (before ^ (before >> 30)).wrapping_mul(1_664_525)).wrapping_add(seed);
            i = Self::wrap(&mut state, i + 1);
        }
        for _ in 1..WORDS {
            let before = state[i - 1];
            state[i] = (state[i] ^ (before ^ (before >> 30)).wrapping_mul(1_566_083_941)).wrapping_sub(word(i));
            i = Self::wrap(&mut state, i + 1);
        }
        state[0] = 0x8000_0000;
        Self { state, at: WORDS }
    }

    fn wrap(state: &mut [u32], i: usize) -> usize {
        if i < WORDS {
            return i;
        }
        state[0] = state[WORDS - 1];
        1
    }

    fn twist(&mut self) {
        for i in 0..WORDS {
            let mixed = (self.state[i] & 0x8000_0000) | (self.state[(i + 1) % WORDS] & 0x7fff_ffff);
            let odd = if mixed & 1 == 1 { 0x9908_b0df } else { 0 };
            self.state[i] = self.state[(i + 397) % WORDS] ^ (mixed >> 1) ^ odd;
        }
        self.at = 0;
    }

    fn bits(&mut self) -> u32 {
        if self.at == WORDS {
            self.twist();
        }
        let mut bits = self.state[self.at];
        self.at += 1;
        bits ^= bits >> 11;
        bits ^= (bits << 7) & 0x9d2c_5680;
        bits ^= (bits << 15) & 0xefc6_0000;
        bits ^ (bits >> 18)
    }

    /// The index that `choice` takes of a list of this length, which is not 0.
    pub fn choice(&mut self, length: usize) -> usize {
        let width = usize::BITS - length.leading_zeros();
        loop {
            let drawn = (self.bits() >> (32 - width)) as usize;
            if drawn < length {
                return drawn;
            }
        }
    }
}

fn word(i: usize) -> u32 {
    u32::try_from(i).expect("fewer than 624 words")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mersenne_draws_what_python_draws() {
        // [r.choice(range(10)) for _ in range(8)] of random.Random(0), and of random.Random(7) from range(7)
        let draw = |seed, length| {
            let mut random = Mersenne::new(seed);
            (0..8).map(|_| random.choice(length)).collect::<Vec<_>>()
        };
        assert_eq!(draw(0, 10), [6, 6, 0, 4, 8, 7, 6, 4]);
        assert_eq!(draw(7, 7), [2, 1, 3, 5, 0, 0, 6, 4]);
    }
}
