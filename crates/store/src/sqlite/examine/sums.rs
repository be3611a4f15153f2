//! The statistics against a recount.

use std::collections::HashMap;

use model::{ExecutionId, Status, WorkflowId};
use rusqlite::Connection;

use super::super::rollup::tally;
use super::{Examination, Promise};
use crate::Result;
use crate::rollup::{ALL_TIME, Cell, Change, Tally, hour_of};

pub(super) fn examine(conn: &Connection, found: &mut Examination) -> Result<()> {
    let mut counted = recount(conn)?;
    let mut kept =
        conn.prepare("SELECT tenant, workflow, hour, status, count, sum_us, sketch FROM execution_rollup")?;
    let mut rows = kept.query(())?;
    while let Some(row) = rows.next()? {
        let Some(status) = Status::from_code(row.get(3)?) else { continue };
        let cell = Cell { tenant: row.get(0)?, workflow: row.get(1)?, hour: row.get(2)?, status };
        let expected = counted.remove(&cell).unwrap_or_default();
        match tally(row, 4) {
            Ok(kept) if kept == expected => {}
            Ok(kept) => {
                let detail = format!(
                    "they say {} executions and {} µs, and there are {} and {} µs, or the spread of durations differs",
                    kept.count, kept.sum_us, expected.count, expected.sum_us
                );
                found.flaw(Promise::Statistics, place(&cell), detail);
            }
            Err(_) => found.flaw(Promise::Statistics, place(&cell), "they cannot be read"),
        }
    }
    let mut forgotten: Vec<_> = counted.into_iter().filter(|(_, tally)| *tally != Tally::default()).collect();
    forgotten.sort_by_key(|&(cell, _)| cell);
    for (cell, tally) in forgotten {
        found.flaw(
            Promise::Statistics,
            place(&cell),
            format!("they are missing, and there are {} executions", tally.count),
        );
    }
    Ok(())
}

fn recount(conn: &Connection) -> Result<HashMap<Cell, Tally>> {
    let mut counted: HashMap<Cell, Tally> = HashMap::new();
    let mut all = conn.prepare("SELECT id, tenant, workflow, status, duration_us FROM execution")?;
    let mut rows = all.query(())?;
    while let Some(row) = rows.next()? {
        let Some(status) = Status::from_code(row.get(3)?) else { continue };
        let workflow = row.get::<_, Option<i64>>(2)?.unwrap_or(0);
        let hour = hour_of(ExecutionId(row.get(0)?));
        let duration_us = row.get::<_, i64>(4)?.cast_unsigned();
        for hour in [hour, ALL_TIME] {
            let cell = Cell { tenant: row.get(1)?, workflow, hour, status };
            counted.entry(cell).or_default().apply(&Change { cell, duration_us, by: 1 });
        }
    }
    Ok(counted)
}

fn place(cell: &Cell) -> String {
    let workflow =
        if cell.workflow == 0 { "ad-hoc graphs".into() } else { format!("workflow {}", WorkflowId(cell.workflow)) };
    let time = if cell.hour == ALL_TIME { "ever".into() } else { format!("hour {} since 1970", cell.hour) };
    format!("tenant {}, {workflow}, {}, {time}", cell.tenant, cell.status.as_str())
}
