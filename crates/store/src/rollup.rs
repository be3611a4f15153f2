//! Counts and durations of executions, kept so that statistics need not read the executions.
//!
//! A [`Sketch`] is a histogram with five buckets to a doubling, so the middle of a bucket is within 7.2 % of
//! everything in it. Sketches add and subtract exactly: what retention removes leaves no trace.

use model::{ExecutionId, Status};

use crate::journal::Statistics;

/// Buckets to a doubling of the duration.
const PER_DOUBLING: f64 = 5.0;
/// Milliseconds of an hour.
const HOUR_MS: i64 = 3_600_000;
/// The hour under which a workflow's whole history is counted.
pub(crate) const ALL_TIME: i64 = -1;

/// The hour since 1970 in which an execution was accepted.
pub(crate) const fn hour_of(execution: ExecutionId) -> i64 {
    execution.millis().div_euclid(HOUR_MS)
}

/// What is counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Cell {
    pub(crate) tenant: u32,
    /// 0 stands for ad-hoc graphs.
    pub(crate) workflow: i64,
    pub(crate) hour: i64,
    pub(crate) status: Status,
}

/// One execution that enters or leaves a cell.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Change {
    pub(crate) cell: Cell,
    pub(crate) duration_us: u64,
    /// 1 or -1.
    pub(crate) by: i64,
}

/// What is known of a cell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) count: i64,
    pub(crate) sum_us: i64,
    pub(crate) sketch: Sketch,
}

impl Tally {
    /// Counts one execution in or out. Durations count once they are final.
    pub(crate) fn apply(&mut self, change: &Change) {
        self.count += change.by;
        if change.cell.status.is_terminal() {
            self.sum_us += change.by * i64::try_from(change.duration_us).unwrap_or(i64::MAX);
            self.sketch.add(bucket_of(change.duration_us), change.by);
        }
    }

    /// Adds another cell's tally.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.sum_us = self.sum_us.saturating_add(other.sum_us);
        for &(bucket, count) in &other.sketch.buckets {
            self.sketch.add(bucket, count);
        }
    }
}

/// A histogram of durations; buckets in order, none with a count of 0.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sketch {
    buckets: Vec<(u16, i64)>,
}

impl Sketch {
    fn add(&mut self, bucket: u16, by: i64) {
        match self.buckets.binary_search_by_key(&bucket, |&(bucket, _)| bucket) {
            Ok(at) => {
                self.buckets[at].1 += by;
                if self.buckets[at].1 == 0 {
                    self.buckets.remove(at);
                }
            }
            Err(at) => self.buckets.insert(at, (bucket, by)),
        }
    }

    /// The bytes for the store: pairs of numbers, seven bits to a byte.
    pub(crate) fn encode(&self, out: &mut Vec<u8>) {
        out.clear();
        for &(bucket, count) in &self.buckets {
            put_number(out, u64::from(bucket));
            put_number(out, count.cast_unsigned());
        }
    }

    /// Reads what [`Sketch::encode`] wrote; `None` if it is something else.
    pub(crate) fn decode(mut bytes: &[u8]) -> Option<Self> {
        let mut buckets = Vec::new();
        while !bytes.is_empty() {
            let bucket = take_number(&mut bytes)?;
            let count = take_number(&mut bytes)?;
            buckets.push((u16::try_from(bucket).ok()?, count.cast_signed()));
        }
        Some(Self { buckets })
    }

    /// The duration in ms below which the given share lies, by nearest rank.
    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "an estimate within 10 %")]
    fn quantile_ms(&self, share: f64) -> f64 {
        let total: i64 = self.buckets.iter().map(|&(_, count)| count).sum();
        let rank = (share * total as f64).ceil() as i64;
        let mut passed = 0;
        for &(bucket, count) in &self.buckets {
            passed += count;
            if passed >= rank.max(1) {
                return middle_us(bucket) / 1_000.0;
            }
        }
        0.0
    }
}

#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0..=320")]
fn bucket_of(us: u64) -> u16 {
    if us == 0 { 0 } else { 1 + ((us as f64).log2() * PER_DOUBLING) as u16 }
}

fn middle_us(bucket: u16) -> f64 {
    if bucket == 0 { 0.0 } else { ((f64::from(bucket) - 0.5) / PER_DOUBLING).exp2() }
}

fn put_number(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

fn take_number(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0u64;
    for shift in (0..64).step_by(7) {
        let (&first, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(first & 0x7f) << shift;
        if first < 0x80 {
            return Some(number);
        }
    }
    None
}

/// Statistics from tallies by status.
#[expect(clippy::cast_precision_loss, reason = "a mean for people")]
pub(crate) fn statistics(tallies: impl Iterator<Item = (Status, Tally)>) -> Statistics {
    let mut counts = [0i64; Status::ALL.len()];
    let mut ended = Tally::default();
    let mut ended_count = 0;
    for (status, tally) in tallies {
        counts[usize::from(status.code())] += tally.count;
        if status.is_terminal() {
            ended_count += tally.count;
            ended.merge(&tally);
        }
    }
    let mean_ms = if ended_count > 0 { ended.sum_us as f64 / ended_count as f64 / 1_000.0 } else { 0.0 };
    Statistics {
        by_status: Status::ALL
            .iter()
            .zip(counts)
            .map(|(&status, count)| (status, count.max(0).cast_unsigned()))
            .collect(),
        mean_ms,
        percentiles_ms: [0.5, 0.95, 0.99].map(|share| ended.sketch.quantile_ms(share)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sketch_is_within_ten_percent_and_survives_its_bytes() {
        let mut sketch = Sketch::default();
        let mut values = Vec::new();
        let mut value = 1u64;
        while value < 100_000_000_000 {
            sketch.add(bucket_of(value), 1);
            values.push(value);
            value += value / 7 + 1;
        }
        for share in [0.01, 0.5, 0.95, 0.99, 1.0] {
            let rank = ((share * values.len() as f64).ceil() as usize).max(1);
            let exact = values[rank - 1] as f64 / 1_000.0;
            let near = sketch.quantile_ms(share);
            assert!((near - exact).abs() <= exact * 0.1, "{share}: {near} against {exact}");
        }
        let mut bytes = Vec::new();
        sketch.encode(&mut bytes);
        assert_eq!(Sketch::decode(&bytes), Some(sketch.clone()));
        assert_eq!(Sketch::decode(&[0x80]), None);
        for value in values {
            sketch.add(bucket_of(value), -1);
        }
        assert_eq!(sketch, Sketch::default());
        assert!(bucket_of(u64::MAX) < 400);
    }
}
