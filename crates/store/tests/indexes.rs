//! Which indexes the database has, and that the shapes of questions that lists ask are answered by them.

use model::TenantId;
use rusqlite::Connection;
use store::records::{Expect, Kind, RecordWrite};
use store::{Records, SqliteOptions, SqliteStore};

/// What the server keeps of workflows, as far as lists look for it.
static WORKFLOW: Kind = Kind { name: "workflow", indexed: &["name", "active"] };

/// A database with the tables of executions and of workflows.
async fn database() -> (tempfile::TempDir, Connection) {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let store = SqliteStore::open(dir.path(), SqliteOptions::default()).expect("it is free");
    let content = Some((vec![Some("Double".to_owned()), Some("true".to_owned())], bytes::Bytes::from_static(b"{}")));
    let write = RecordWrite { kind: &WORKFLOW, tenant: TenantId(1), id: 1, expect: Expect::Absent, content, now_ms: 1 };
    store.put(write).await.expect("it is stored");
    drop(store);
    let connection = Connection::open(dir.path().join("tidemill.db")).expect("the database");
    (dir, connection)
}

/// How SQLite would answer.
fn plan(connection: &Connection, sql: &str) -> String {
    let mut explained = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).expect("a statement");
    let lines = explained.query_map((), |row| row.get::<_, String>(3)).expect("a plan");
    lines.collect::<Result<Vec<_>, _>>().expect("lines").join("; ")
}

#[tokio::test]
async fn lists_walk_an_index_and_sort_nothing() {
    let (_dir, connection) = database().await;
    let workflows = "SELECT id FROM record_workflow WHERE tenant = 1";
    let executions = "SELECT id FROM execution WHERE";
    for (question, index) in [
        (format!("{workflows} AND coalesce(f_active, '') = 'true' ORDER BY id LIMIT 10"), "record_workflow_f_active"),
        (format!("{workflows} ORDER BY coalesce(f_name, ''), id LIMIT 10"), "record_workflow_f_name"),
        (format!("{workflows} ORDER BY updated_ms DESC, id DESC LIMIT 10"), "record_workflow_updated"),
        (format!("{workflows} ORDER BY created_ms DESC, id DESC LIMIT 10"), "record_workflow_created"),
        (format!("{executions} tenant = 1 AND status = 3 ORDER BY id DESC LIMIT 10"), "execution_tenant"),
        (format!("{executions} workflow = 7 AND status = 3 ORDER BY id DESC LIMIT 10"), "execution_workflow"),
        (
            format!(
                "{executions} workflow = 7 AND status = 5 AND id > 3 AND tenant = 1 AND coalesce(ended_ms, 0) < 9 ORDER BY id LIMIT 10"
            ),
            "execution_workflow",
        ),
        (format!("{executions} origin = 7 AND tenant = 1 AND id >= 3 ORDER BY id DESC LIMIT 10"), "execution_origin"),
        (format!("{executions} flow_key = 'k' AND status = 3 ORDER BY id DESC LIMIT 10"), "execution_flow"),
        (format!("{executions} lane + 0 <= 0 AND lane = 0 AND wake_at <= 9 ORDER BY wake_at, id"), "execution_rest"),
        ("SELECT id FROM inbox WHERE execution = 7 AND consumed = 0".into(), "inbox_waiting"),
        (
            "SELECT max(seq_from) FROM segment_later WHERE execution = 7 AND snapshot = 1 AND seq_from < 9".into(),
            "segment_snapshot",
        ),
        ("SELECT at FROM segment_part WHERE tenant = 1 AND hash = x'07'".into(), "segment_part_body"),
        ("SELECT at FROM segment_part WHERE execution = 7 AND seq_from = 9 ORDER BY at".into(), "PRIMARY KEY"),
        (format!("{executions} id < 9 ORDER BY id DESC LIMIT 10"), "INTEGER PRIMARY KEY"),
    ] {
        let plan = plan(&connection, &question);
        assert!(plan.contains(index), "{question}: {plan}");
        assert!(!plan.contains("SCAN") && !plan.contains("TEMP B-TREE"), "{question}: {plan}");
    }
    // Filters read nothing but an index.
    let of = |what: &str, field: &str| {
        format!("SELECT {what} FROM record_workflow INDEXED BY record_workflow_f_{field} WHERE tenant = 1")
    };
    for question in [
        of("id, coalesce(f_name, '')", "name"),
        format!("{} AND coalesce(f_active, '') = 'true' ORDER BY id", of("id", "active")),
        format!("{} AND coalesce(f_name, '') >= 'a/' AND coalesce(f_name, '') < 'a0'", of("id", "name")),
        format!("{} ORDER BY coalesce(f_name, '')", of("id, coalesce(f_name, '')", "name")),
    ] {
        let plan = plan(&connection, &question);
        assert!(plan.contains("COVERING INDEX") && !plan.contains("TEMP B-TREE"), "{question}: {plan}");
    }
    let without = plan(&connection, "SELECT id FROM execution WHERE trigger = 'x' ORDER BY duration_us");
    assert!(without.contains("SCAN") && without.contains("TEMP B-TREE"), "this check sees the difference: {without}");
}
