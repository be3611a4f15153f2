//! What pages report of saving: how long it took, how it ended, what did not agree. Kept in memory by the minute for a day, and
//! counted for Prometheus.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use serde::Serialize;
use utoipa::ToSchema;

use crate::app::now_ms;

/// Minutes that are kept.
const MINUTES: usize = 24 * 60;
/// Upper ends of the buckets of durations, in ms.
const ENDS: [f64; 14] =
    [1.0, 2.5, 5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 500.0, 1_000.0, 2_500.0, 5_000.0, 15_000.0, 60_000.0];
/// A save that takes no longer is not noticed.
const UNNOTICED_MS: f64 = 500.0;

/// How a save ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SaveOutcome {
    /// It is on the server.
    Saved,
    /// It is on the device only: the server was not reached.
    Local,
    /// It is on the server, with changes among it that somebody must choose between.
    Conflict,
    /// The server refused it.
    Refused,
    /// Neither the server nor the device kept it.
    Failed,
}

impl SaveOutcome {
    const ALL: [Self; 5] = [Self::Saved, Self::Local, Self::Conflict, Self::Refused, Self::Failed];

    /// Its word in reports and metrics.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Saved => "saved",
            Self::Local => "local",
            Self::Conflict => "conflict",
            Self::Refused => "refused",
            Self::Failed => "failed",
        }
    }

    /// The outcome of a word.
    pub(crate) fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.name() == word)
    }
}

/// How somebody settled conflicts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum How {
    Mine,
    Theirs,
    /// Of both: key by key, or as one text.
    Merged,
}

impl How {
    /// The way of a word; `fields` is a merge too.
    pub(crate) fn parse(word: &str) -> Option<Self> {
        match word {
            "mine" => Some(Self::Mine),
            "theirs" => Some(Self::Theirs),
            "merged" | "fields" => Some(Self::Merged),
            _ => None,
        }
    }
}

/// One thing that a page reports.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Report {
    /// A save: where it went, how long it took, its bytes.
    Save { outcome: SaveOutcome, ms: f64, bytes: u64 },
    /// A change reached the device in this time.
    Kept { ms: f64 },
    /// Conflicts that were found, and those that somebody settled: in which way, and after how long, all of it together.
    Conflicts { found: u64, settled: u64, how: Option<How>, ms: f64 },
    /// Bytes of an open document, and of the page's memory where the browser tells it.
    Size { document: u64, memory: u64 },
}

/// What pages reported, by the minute.
#[derive(Default)]
pub(crate) struct Reports(Mutex<VecDeque<Minute>>);

#[derive(Clone, Default)]
struct Minute {
    /// Minutes since 1970.
    at: i64,
    outcomes: [u64; 5],
    durations: [u64; ENDS.len() + 1],
    total_ms: f64,
    unnoticed: u64,
    kept: [u64; ENDS.len() + 1],
    found: u64,
    settled: u64,
    /// Of those settled: mine, theirs, merged.
    hows: [u64; 3],
    settling_ms: f64,
    document_bytes: u64,
    memory_bytes: u64,
}

/// What pages reported in a time.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DocumentFigures {
    /// Minutes that it is of.
    minutes: usize,
    saves: SaveFigures,
    conflicts: ConflictFigures,
    /// Time until a change was on the device, 95 of 100; none without reports.
    kept_p95_ms: Option<f64>,
    /// 0 to 100: half for saves that succeed, three tenths for those that take at most 500 ms, two tenths for those without
    /// conflict.
    score: Option<f64>,
    /// By the minute, oldest first; minutes without reports are left out.
    history: Vec<DocumentMinute>,
}

/// Saves.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SaveFigures {
    count: u64,
    /// The share that reached the server, with conflicts or without; none without reports.
    success_rate: Option<f64>,
    average_ms: Option<f64>,
    p50_ms: Option<f64>,
    p95_ms: Option<f64>,
    local: u64,
    conflict: u64,
    refused: u64,
    failed: u64,
}

/// Conflicts.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConflictFigures {
    found: u64,
    settled: u64,
    /// Of those settled: the value of the device that brought it, the other one, one of both.
    mine: u64,
    theirs: u64,
    merged: u64,
    /// From the moment one was found until somebody chose.
    average_settling_ms: Option<f64>,
}

/// A minute.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DocumentMinute {
    at: String,
    saves: u64,
    succeeded: u64,
    p95_ms: Option<f64>,
    conflicts: u64,
    /// The largest open document, and the most memory of a page.
    document_bytes: u64,
    memory_bytes: u64,
}

impl Reports {
    /// Takes a report.
    pub(crate) fn take(&self, report: Report) {
        count(report);
        let mut minutes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let at = now_ms() / 60_000;
        if minutes.back().is_none_or(|last| last.at < at) {
            minutes.push_back(Minute { at, ..Minute::default() });
        }
        while minutes.len() > MINUTES {
            minutes.pop_front();
        }
        if let Some(minute) = minutes.back_mut() {
            minute.take(report);
        }
    }

    /// What was reported in the last so many minutes.
    pub(crate) fn figures(&self, minutes: usize) -> DocumentFigures {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let from = now_ms() / 60_000 - i64::try_from(minutes).unwrap_or(i64::MAX);
        let recent: Vec<&Minute> = kept.iter().filter(|minute| minute.at > from).collect();
        let mut sum = Minute::default();
        recent.iter().for_each(|minute| sum.add(minute));
        sum.figures(minutes, recent.iter().map(|minute| minute.shown()).collect())
    }
}

fn count(report: Report) {
    match report {
        Report::Save { outcome, ms, bytes } => {
            metrics::counter!("client_saves_total", "outcome" => outcome.name()).increment(1);
            metrics::histogram!("client_save_duration_seconds").record(ms / 1e3);
            metrics::counter!("client_save_bytes_total").increment(bytes);
        }
        Report::Kept { ms } => metrics::histogram!("client_local_save_duration_seconds").record(ms / 1e3),
        Report::Conflicts { found, settled, .. } => {
            metrics::counter!("client_conflicts_total", "state" => "found").increment(found);
            metrics::counter!("client_conflicts_total", "state" => "settled").increment(settled);
        }
        Report::Size { .. } => {}
    }
}

/// The bucket of a duration.
fn bucket(ms: f64) -> usize {
    ENDS.iter().position(|&end| ms <= end).unwrap_or(ENDS.len())
}

impl Minute {
    fn take(&mut self, report: Report) {
        match report {
            Report::Save { outcome, ms, .. } => {
                let at = SaveOutcome::ALL.iter().position(|one| *one == outcome).unwrap_or(0);
                self.outcomes[at] += 1;
                self.durations[bucket(ms)] += 1;
                self.total_ms += ms;
                self.unnoticed += u64::from(ms <= UNNOTICED_MS);
            }
            Report::Kept { ms } => self.kept[bucket(ms)] += 1,
            Report::Conflicts { found, settled, how, ms } => {
                self.found += found;
                self.settled += settled;
                if let Some(how) = how {
                    self.hows[how as usize] += settled;
                }
                self.settling_ms += ms;
            }
            Report::Size { document, memory } => {
                self.document_bytes = self.document_bytes.max(document);
                self.memory_bytes = self.memory_bytes.max(memory);
            }
        }
    }

    fn add(&mut self, other: &Self) {
        let add = |into: &mut [u64], from: &[u64]| into.iter_mut().zip(from).for_each(|(into, from)| *into += from);
        add(&mut self.outcomes, &other.outcomes);
        add(&mut self.durations, &other.durations);
        add(&mut self.kept, &other.kept);
        self.total_ms += other.total_ms;
        self.unnoticed += other.unnoticed;
        self.found += other.found;
        self.settled += other.settled;
        add(&mut self.hows, &other.hows);
        self.settling_ms += other.settling_ms;
    }

    fn count(&self) -> u64 {
        self.outcomes.iter().sum()
    }

    #[expect(clippy::cast_precision_loss, reason = "shares and averages are floats")]
    fn figures(&self, minutes: usize, history: Vec<DocumentMinute>) -> DocumentFigures {
        let [saved, local, conflict, refused, failed] = self.outcomes;
        let share = |part: u64| (self.count() > 0).then(|| part as f64 / self.count() as f64);
        let success_rate = share(saved + conflict);
        let score = success_rate.zip(share(self.unnoticed)).map(|(success, unnoticed)| {
            let calm = 1.0 - (self.found as f64 / self.count() as f64).min(1.0);
            100.0 * (0.5 * success + 0.3 * unnoticed + 0.2 * calm)
        });
        let saves = SaveFigures {
            count: self.count(),
            success_rate,
            average_ms: (self.count() > 0).then(|| self.total_ms / self.count() as f64),
            p50_ms: quantile(&self.durations, 0.5),
            p95_ms: quantile(&self.durations, 0.95),
            local,
            conflict,
            refused,
            failed,
        };
        let average_settling_ms = (self.settled > 0).then(|| self.settling_ms / self.settled as f64);
        let [mine, theirs, merged] = self.hows;
        let conflicts =
            ConflictFigures { found: self.found, settled: self.settled, mine, theirs, merged, average_settling_ms };
        DocumentFigures { minutes, saves, conflicts, kept_p95_ms: quantile(&self.kept, 0.95), score, history }
    }

    fn shown(&self) -> DocumentMinute {
        DocumentMinute {
            at: crate::app::time_text(self.at * 60_000),
            saves: self.count(),
            succeeded: self.outcomes[0] + self.outcomes[2],
            p95_ms: quantile(&self.durations, 0.95),
            conflicts: self.found,
            document_bytes: self.document_bytes,
            memory_bytes: self.memory_bytes,
        }
    }
}

/// The upper end of the bucket that so many of all are in or below.
#[expect(clippy::cast_precision_loss, reason = "counts of a day fit a float")]
fn quantile(buckets: &[u64], share: f64) -> Option<f64> {
    let count: u64 = buckets.iter().sum();
    let mut below = 0;
    let at = buckets.iter().position(|bucket| {
        below += bucket;
        count > 0 && below as f64 >= share * count as f64
    })?;
    Some(ENDS.get(at).copied().unwrap_or(f64::from(u32::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_of_what_was_reported() {
        let reports = Reports::default();
        let none = reports.figures(60);
        assert!(none.score.is_none() && none.saves.p95_ms.is_none() && none.history.is_empty());
        for ms in [3.0, 4.0, 40.0, 800.0] {
            reports.take(Report::Save { outcome: SaveOutcome::Saved, ms, bytes: 10 });
        }
        reports.take(Report::Save { outcome: SaveOutcome::Local, ms: 2.0, bytes: 0 });
        reports.take(Report::Kept { ms: 0.7 });
        reports.take(Report::Conflicts { found: 1, settled: 0, how: None, ms: 0.0 });
        reports.take(Report::Conflicts { found: 0, settled: 1, how: Some(How::Merged), ms: 5_000.0 });
        reports.take(Report::Size { document: 70, memory: 900 });
        reports.take(Report::Size { document: 60, memory: 1_000 });
        let figures = reports.figures(60);
        assert_eq!((figures.saves.count, figures.saves.success_rate, figures.saves.local), (5, Some(0.8), 1));
        assert_eq!(
            (figures.saves.p50_ms, figures.saves.p95_ms, figures.kept_p95_ms),
            (Some(5.0), Some(1_000.0), Some(1.0))
        );
        assert_eq!((figures.conflicts.found, figures.conflicts.average_settling_ms), (1, Some(5_000.0)));
        assert_eq!((figures.conflicts.mine, figures.conflicts.theirs, figures.conflicts.merged), (0, 0, 1));
        // 0.5 * 0.8 + 0.3 * 0.8 + 0.2 * 0.8
        assert!(figures.score.is_some_and(|score| (score - 80.0).abs() < 1e-9), "{figures:?}");
        let minute = figures.history.last().expect("a minute");
        assert_eq!((minute.document_bytes, minute.memory_bytes), (70, 1_000));
        assert_eq!(SaveOutcome::parse("nonsense"), None);
    }
}
