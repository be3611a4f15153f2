//! Lists by filter, cursor and page, and statistics against counting.

use std::collections::BTreeMap;

use model::{ExecutionId, Status, WorkflowId};
use store::journal::{
    Append, ExecutionPage, ExecutionQuery, Origin, OriginKind, SeriesQuery, StatisticsQuery, first_id_at,
};

use crate::subject::{
    Store, Subject, T1, T2, append, append_one, ask, create, everything, id_at, on_every_store, progress,
};

on_every_store!(
    lists_filter_by_tenant_workflow_and_status,
    a_cursor_and_pages_walk_everything_once,
    totals_are_exact,
    narrow_totals_are_counted_so_far,
    statistics_equal_counting,
    the_newest_of_each_workflow_is_known,
    statistics_follow_what_runs_again,
    what_changes_its_status_meanwhile_is_listed_once,
);

async fn list(store: &dyn Store, query: &ExecutionQuery) -> ExecutionPage {
    ask(|| store::Journal::list(store, query.clone())).await.expect("a page")
}

/// 300 executions over two tenants, three workflows (one of them none), six statuses and five hours.
async fn fill(store: &dyn Store) -> Vec<Append> {
    let statuses =
        [Status::Succeeded, Status::Failed, Status::Running, Status::Succeeded, Status::Canceled, Status::Waiting];
    let entries: Vec<_> = (0..300)
        .map(|n| {
            let mut entry = create(id_at(100 + n / 60, n % 60), statuses[n as usize % 6]);
            entry.state.duration_us = 1_000 * (n as u64 * n as u64 % 977);
            entry.tenant = if n % 10 == 9 { T2 } else { T1 };
            let new = entry.create.as_mut().expect("it creates");
            new.tenant = entry.tenant;
            new.workflow = [Some(WorkflowId(7)), Some(WorkflowId(8)), None][(n as usize / 7) % 3];
            new.trigger = ["manual", "webhook"][n as usize % 2];
            new.flow_key = (n % 4 == 0).then(|| format!("key {}", n % 3));
            new.origin = (n % 5 == 0).then(|| Origin { execution: id_at(90, n % 2), kind: OriginKind::Child });
            entry
        })
        .collect();
    for part in entries.chunks(37) {
        assert!(append(store, part.to_vec()).await.iter().all(Result::is_ok));
    }
    entries
}

fn matches(entry: &Append, query: &ExecutionQuery) -> bool {
    let new = entry.create.as_ref().expect("it creates");
    new.tenant == query.tenant
        && query.workflow.is_none_or(|workflow| new.workflow == Some(workflow))
        && (query.statuses.is_empty() || query.statuses.contains(&entry.state.status))
        && query.before.is_none_or(|before| entry.execution < before)
        && query.origin.is_none_or(|origin| new.origin.is_some_and(|of| of.execution == origin))
        && query.flow_key.as_ref().is_none_or(|key| new.flow_key.as_ref() == Some(key))
        && query.trigger.as_ref().is_none_or(|trigger| new.trigger == trigger)
        && query.from.is_none_or(|from| entry.execution >= from)
        && query.to.is_none_or(|to| entry.execution < to)
}

fn filters() -> Vec<ExecutionQuery> {
    let mut queries = Vec::new();
    for tenant in [T1, T2] {
        for workflow in [None, Some(WorkflowId(7)), Some(WorkflowId(8)), Some(WorkflowId(9))] {
            for statuses in [
                vec![],
                vec![Status::Succeeded],
                vec![Status::Failed, Status::Succeeded, Status::Failed],
                vec![Status::Running, Status::Waiting],
                vec![Status::Quarantined],
            ] {
                queries.push(ExecutionQuery { tenant, workflow, statuses, ..everything() });
            }
        }
    }
    let narrow = [
        ExecutionQuery { origin: Some(id_at(90, 1)), ..everything() },
        ExecutionQuery { flow_key: Some("key 2".into()), ..everything() },
        ExecutionQuery { trigger: Some("webhook".into()), ..everything() },
        ExecutionQuery { from: Some(first_id_at(hour(101) * 3_600_000)), ..everything() },
        ExecutionQuery { from: Some(id_at(101, 7)), to: Some(id_at(103, 2)), ..everything() },
    ];
    for query in narrow {
        let (workflow, statuses) = (Some(WorkflowId(7)), vec![Status::Succeeded, Status::Waiting]);
        let all = ExecutionQuery { trigger: Some("manual".into()), flow_key: Some("key 0".into()), ..query.clone() };
        queries.extend([ExecutionQuery { workflow, ..query.clone() }, ExecutionQuery { statuses, ..query.clone() }]);
        queries.extend([query, all]);
    }
    queries
}

async fn lists_filter_by_tenant_workflow_and_status(subject: Subject) {
    let store = &*subject.store;
    let entries = fill(store).await;
    for query in filters() {
        let page = list(store, &query).await;
        let expected: Vec<_> = entries.iter().rev().filter(|e| matches(e, &query)).map(|e| e.execution).collect();
        assert_eq!(page.rows.iter().map(|row| row.id).collect::<Vec<_>>(), expected, "{query:?}");
        assert!(!page.more);
        assert_eq!(page.total, Some((expected.len() as u64, true)), "{query:?}");
    }
}

async fn a_cursor_and_pages_walk_everything_once(subject: Subject) {
    let store = &*subject.store;
    let entries = fill(store).await;
    for filter in filters() {
        let expected: Vec<_> = entries.iter().rev().filter(|e| matches(e, &filter)).map(|e| e.execution).collect();
        let mut seen = Vec::new();
        let mut query = ExecutionQuery { limit: 23, total: false, ..filter.clone() };
        loop {
            let page = list(store, &query).await;
            assert_eq!(page.total, None);
            seen.extend(page.rows.iter().map(|row| row.id));
            query.before = seen.last().copied();
            if !page.more {
                break;
            }
            assert_eq!(page.rows.len(), 23);
        }
        assert_eq!(seen, expected, "{filter:?}");
        for skip in [0, 1, 40, 1_000] {
            let page = list(store, &ExecutionQuery { skip, limit: 10, ..filter.clone() }).await;
            let expected: Vec<_> = expected.iter().skip(skip as usize).take(11).copied().collect();
            assert_eq!(page.rows.iter().map(|row| row.id).collect::<Vec<_>>(), expected[..expected.len().min(10)]);
            assert_eq!(page.more, expected.len() > 10, "{filter:?} {skip}");
        }
        let before = Some(id_at(102, 30));
        let page = list(store, &ExecutionQuery { before, skip: 2, limit: 1, ..filter.clone() }).await;
        let expected = expected.iter().filter(|&&id| Some(id) < before).nth(2);
        assert_eq!(page.rows.first().map(|row| row.id), expected.copied());
    }
}

async fn totals_are_exact(subject: Subject) {
    let store = &*subject.store;
    fill(store).await;
    let query = ExecutionQuery { limit: 0, before: Some(id_at(101, 0)), ..everything() };
    let page = list(store, &query).await;
    assert_eq!(
        (page.rows.len(), page.more, page.total),
        (0, true, Some((270, true))),
        "a total counts past the cursor"
    );
}

async fn narrow_totals_are_counted_so_far(subject: Subject) {
    let store = &*subject.store;
    let entries: Vec<_> = (0..10_001).map(|n| create(id_at(10, n), Status::Succeeded)).collect();
    assert!(append(store, entries).await.iter().all(Result::is_ok));
    let manual = ExecutionQuery { trigger: Some("manual".into()), limit: 1, ..everything() };
    assert_eq!(list(store, &manual).await.total, Some((10_000, false)));
    let but_one = ExecutionQuery { to: Some(id_at(10, 10_000)), ..manual };
    assert_eq!(list(store, &but_one).await.total, Some((10_000, true)));
    assert_eq!(list(store, &everything()).await.total, Some((10_001, true)), "the rollup counts all");
}

async fn check_statistics(store: &dyn Store, rows: &[Append]) {
    for tenant in [T1, T2] {
        for workflow in [None, Some(WorkflowId(7)), Some(WorkflowId(9))] {
            for from_hour in [None, Some(0), Some(hour(102)), Some(hour(900))] {
                let query = StatisticsQuery { tenant, workflow, from_hour };
                let found = ask(|| store.statistics(query)).await.expect("statistics");
                let counted: Vec<_> = rows
                    .iter()
                    .filter(|e| matches(e, &ExecutionQuery { tenant, workflow, ..everything() }))
                    .filter(|e| from_hour.is_none_or(|from| e.execution.millis() / 3_600_000 >= from))
                    .collect();
                for &(status, count) in &found.by_status {
                    let expected = counted.iter().filter(|e| e.state.status == status).count() as u64;
                    assert_eq!(count, expected, "{status:?} {query:?}");
                }
                assert_eq!(found.by_status.iter().map(|&(status, _)| status).collect::<Vec<_>>(), Status::ALL);
                let mut ended: Vec<_> = counted
                    .iter()
                    .filter(|e| e.state.status.is_terminal())
                    .map(|e| e.state.duration_us as f64 / 1_000.0)
                    .collect();
                ended.sort_by(f64::total_cmp);
                let mean = ended.iter().sum::<f64>() / ended.len().max(1) as f64;
                assert!((found.mean_ms - mean).abs() < 0.001 + mean * 1e-9, "{} {mean} {query:?}", found.mean_ms);
                for (share, near) in [0.5, 0.95, 0.99].into_iter().zip(found.percentiles_ms) {
                    let rank = ((share * ended.len() as f64).ceil() as usize).max(1) - 1;
                    let exact = ended.get(rank).copied().unwrap_or(0.0);
                    assert!((near - exact).abs() <= exact * 0.1, "{share}: {near} for {exact} {query:?}");
                }
            }
        }
    }
}

async fn check_series(store: &dyn Store, rows: &[Append]) {
    for tenant in [T1, T2] {
        let from_hours = vec![hour(100), hour(102), hour(103), hour(900)];
        let query = SeriesQuery { tenant, from_hours: from_hours.clone() };
        let series = ask(|| store.series(query.clone())).await.expect("a series");
        assert_eq!(series.len(), from_hours.len());
        for (at, found) in series.iter().enumerate() {
            let ends = from_hours.get(at + 1).copied().unwrap_or(i64::MAX);
            let is_inside = |e: &&Append| (from_hours[at]..ends).contains(&(e.execution.millis() / 3_600_000));
            let inside: Vec<_> = rows.iter().filter(|e| e.tenant == tenant).filter(is_inside).collect();
            for &(status, count) in &found.by_status {
                let expected = inside.iter().filter(|e| e.state.status == status).count() as u64;
                assert_eq!(count, expected, "{status:?} in {at} of {tenant:?}");
            }
            let ended: Vec<_> = inside.iter().filter(|e| e.state.status.is_terminal()).collect();
            let sum: f64 = ended.iter().map(|e| e.state.duration_us as f64 / 1_000.0).sum();
            assert!((found.mean_ms - sum / ended.len().max(1) as f64).abs() < 0.001 + sum * 1e-9, "{at} of {tenant:?}");
        }
    }
    let none = SeriesQuery { tenant: T1, from_hours: Vec::new() };
    assert_eq!(ask(|| store.series(none.clone())).await, Ok(Vec::new()));
}

async fn the_newest_of_each_workflow_is_known(subject: Subject) {
    let store = &*subject.store;
    let entries = fill(store).await;
    let mut ids: Vec<_> = entries.iter().map(|entry| entry.execution).collect();
    ids.sort_unstable();
    for tenant in [T1, T2] {
        for after in [ExecutionId(0), ids[ids.len() / 2], ids[ids.len() - 1]] {
            let mut expected: BTreeMap<WorkflowId, ExecutionId> = BTreeMap::new();
            for entry in entries.iter().filter(|entry| entry.tenant == tenant && entry.execution > after) {
                if let Some(workflow) = entry.create.as_ref().and_then(|new| new.workflow) {
                    let known = expected.entry(workflow).or_insert(entry.execution);
                    *known = entry.execution.max(*known);
                }
            }
            let mut found = ask(|| store.newest(tenant, after)).await.expect("an answer");
            found.sort_unstable();
            assert_eq!(found, expected.into_iter().collect::<Vec<_>>(), "{tenant:?} {after}");
        }
    }
}

/// An hour of the tests' ids as hours since 1970.
fn hour(hour: i64) -> i64 {
    crate::subject::EPOCH_MS / 3_600_000 + hour
}

async fn statistics_equal_counting(subject: Subject) {
    let mut entries = fill(&*subject.store).await;
    check_statistics(&*subject.store, &entries).await;
    check_series(&*subject.store, &entries).await;
    let subject = subject.restart();
    let store = &*subject.store;
    for entry in entries.iter_mut().filter(|entry| entry.state.status == Status::Running) {
        let mut next = progress(entry.execution, 3, 1, (Status::Running, Status::TimedOut));
        next.tenant = entry.tenant;
        next.state.duration_us = 77_000;
        entry.state = next.state.clone();
        append_one(store, next).await.expect("it is next");
    }
    check_statistics(store, &entries).await;
}

async fn statistics_follow_what_runs_again(subject: Subject) {
    let store = &*subject.store;
    let mut entries = fill(store).await;
    let moves = [
        (Status::Failed, Status::Running),
        (Status::Running, Status::Succeeded),
        (Status::Succeeded, Status::Succeeded),
    ];
    for (step, (before, after)) in (0u64..).zip(moves) {
        for entry in entries.iter_mut().filter(|entry| entry.execution.0 % 6 == 2) {
            if step == 0 {
                assert_eq!(entry.state.status, Status::Failed);
            }
            let mut next = progress(entry.execution, 3 + step, 1, (before, after));
            next.tenant = entry.tenant;
            next.state.duration_us = entry.state.duration_us + 40_000;
            entry.state = next.state.clone();
            append_one(store, next).await.expect("it is next");
        }
        check_statistics(store, &entries).await;
    }
}

async fn what_changes_its_status_meanwhile_is_listed_once(subject: Subject) {
    let store = &*subject.store;
    let id = id_at(100, 1);
    append_one(store, create(id, Status::Running)).await.expect("it is new");
    let next_seq = crate::subject::row(store, T1, id).await.expect("a row").next_seq;
    let is_over = std::cell::Cell::new(false);
    let changes = async {
        let (mut before, mut after) = (Status::Running, Status::Queued);
        for seq in next_seq..next_seq + 500 {
            append_one(store, progress(id, seq, 1, (before, after))).await.expect("it is next");
            std::mem::swap(&mut before, &mut after);
        }
        is_over.set(true);
    };
    let looks = async {
        let query = ExecutionQuery { statuses: vec![Status::Queued, Status::Running], ..everything() };
        while !is_over.get() {
            let page = list(store, &query).await;
            assert_eq!((page.rows.len(), page.total), (1, Some((1, true))));
            tokio::task::yield_now().await;
        }
    };
    tokio::join!(changes, looks);
}
