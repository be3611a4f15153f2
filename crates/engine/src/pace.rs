//! A pace: so many in a time, spread so that a burst of them may go at once and the next ones follow evenly (GCRA, the
//! generic cell rate algorithm).

use model::settings::RateLimit;

/// How far a pace is used up.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    /// When it would be used up evenly, in ms since 1970 (the theoretical arrival time).
    even_ms: i64,
}

impl Pace {
    /// When the next one may go: at once, or at a time in ms since 1970; or it is refused, and may come again in so many
    /// ms.
    pub(crate) fn next(&mut self, limit: RateLimit, now_ms: i64) -> Result<Option<i64>, i64> {
        let per = i64::try_from(limit.per_ms).unwrap_or(i64::MAX);
        let step = (per / i64::from(limit.limit)).max(1);
        let even = self.even_ms.max(now_ms);
        // So far ahead of the even pace one may be.
        let allowed = even.saturating_sub(per.saturating_sub(step));
        if allowed > now_ms && limit.refuses {
            return Err(allowed - now_ms);
        }
        self.even_ms = even.saturating_add(step);
        Ok((allowed > now_ms).then_some(allowed))
    }

    /// Whether it still counts.
    pub(crate) const fn is_used(&self, now_ms: i64) -> bool {
        self.even_ms > now_ms
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_goes_at_once_and_the_rest_evenly() {
        let limit = RateLimit { limit: 2, per_ms: 1_000, refuses: false };
        let mut pace = Pace::default();
        let mut next = |now| pace.next(limit, now);
        assert_eq!([next(0), next(0), next(0), next(0)], [Ok(None), Ok(None), Ok(Some(500)), Ok(Some(1_000))]);
        assert_eq!(next(10_000), Ok(None), "time makes it free again");
        let (mut pace, refusing) = (Pace::default(), RateLimit { refuses: true, ..limit });
        assert_eq!([0, 0, 0].map(|now| pace.next(refusing, now)), [Ok(None), Ok(None), Err(500)]);
        assert_eq!(pace.next(refusing, 500), Ok(None), "who was refused took nothing");
        assert!(pace.is_used(900) && !pace.is_used(2_000));
    }
}
