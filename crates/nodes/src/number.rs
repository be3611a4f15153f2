//! Numbers from values, and values from numbers.

use model::Value;

use crate::StepError;

/// A number, or a text that is one.
pub(crate) fn read(value: &Value) -> Option<f64> {
    match value {
        Value::String(text) => {
            let text = text.trim();
            let plain = text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
            text.parse().ok().filter(|number: &f64| plain && number.is_finite())
        }
        other => other.as_f64(),
    }
}

/// A number as a value.
///
/// # Errors
/// NaN and infinity have no JSON form.
pub(crate) fn value(number: f64) -> Result<Value, StepError> {
    Value::number(number)
        .ok_or_else(|| StepError::new("not_finite", "the result is not a finite number: check the numbers that go in"))
}

/// A sequence of random numbers that follows from a seed (splitmix64).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`, which is not 0.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        let wide = u128::from(self.next()) * (end as u128);
        usize::try_from(wide >> 64).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_are_numbers_count() {
        let cases =
            [("3", Some(3.0)), (" -2.5e3 ", Some(-2500.0)), ("", None), ("inf", None), ("NaN", None), ("3x", None)];
        for (text, number) in cases {
            assert_eq!(read(&Value::from(text)), number, "{text:?}");
        }
        assert_eq!(read(&Value::Bool(true)), None);
        assert!(value(f64::NAN).is_err());
    }

    #[test]
    fn random_numbers_stay_below_and_reach_all() {
        let mut random = Random(1);
        let mut seen = [0; 5];
        for _ in 0..1000 {
            seen[random.below(5)] += 1;
        }
        assert!(seen.iter().all(|&count| count > 100), "{seen:?}");
    }
}
