//! Grows inputs from seeds: bytes and stretches are changed, cut, doubled, joined, and words of the format put in, once or many times.

/// A small generator of numbers (splitmix64): the same seed gives the same numbers everywhere.
pub struct Random(pub u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `bound`; 0 when there is none.
    pub fn below(&mut self, bound: usize) -> usize {
        if bound == 0 { 0 } else { (self.next() % bound as u64) as usize }
    }

    fn pick<'t, T>(&mut self, of: &'t [T]) -> Option<&'t T> {
        of.get(self.below(of.len()))
    }

    /// A stretch of `0..len`, most often a short one.
    fn stretch(&mut self, len: usize) -> std::ops::Range<usize> {
        let start = self.below(len);
        let longest = if self.below(4) == 0 { len - start } else { 32.min(len - start) };
        start..start + self.below(longest + 1)
    }
}

/// The most bytes of an input.
const MOST_BYTES: usize = 256 * 1024;

/// The next input.
pub fn input(random: &mut Random, seeds: &[Vec<u8>], words: &[&str]) -> Vec<u8> {
    let mut data = random.pick(seeds).cloned().unwrap_or_default();
    for _ in 0..=random.below(6) {
        change(random, &mut data, seeds, words);
    }
    data.truncate(MOST_BYTES);
    data
}

fn change(random: &mut Random, data: &mut Vec<u8>, seeds: &[Vec<u8>], words: &[&str]) {
    let at = random.below(data.len() + 1);
    let stretch = random.stretch(data.len());
    match random.below(9) {
        0 => {
            if let Some(byte) = data.get_mut(at) {
                *byte ^= 1 << random.below(8);
            }
        }
        1 => drop(data.drain(stretch)),
        2 => {
            let copy = data[stretch].to_vec();
            data.splice(at..at, copy);
        }
        3 => data.truncate(at),
        4 => {
            let other = random.pick(seeds).cloned().unwrap_or_default();
            let part = random.stretch(other.len());
            data.splice(stretch, other[part].iter().copied());
        }
        // Nesting, in rare cases deep.
        5 => {
            let times = if random.below(20) == 0 { 20_000 } else { 1 + random.below(40) };
            let word = random.pick(words).copied().unwrap_or("(");
            data.splice(at..at, word.repeat(times).into_bytes());
        }
        6 => {
            const NUMBERS: &[&str] =
                &["0", "-1", "9223372036854775807", "9223372036854775808", "1e999", "0x", "4294967296", "08", "1_0", "NAN"];
            let number = random.pick(NUMBERS).copied().unwrap_or("0");
            data.splice(at..at, number.bytes());
        }
        7 => {
            const ODD: &[&[u8]] =
                &[b"\0", b"\xff\xfe", b"\xc3", b"\xe2\x80\xa8", b"\r", b"\n\n", b"\xf0\x9f\x90\xa2", b"'", b"\"", b"\\", b"\x1b"];
            let odd = random.pick(ODD).copied().unwrap_or(b"\0");
            data.splice(at..at, odd.iter().copied());
        }
        _ => {
            let word = random.pick(words).copied().unwrap_or(" ");
            data.splice(stretch, word.bytes());
        }
    }
}
