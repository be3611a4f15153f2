//! Schedules: their next times, and what is wrong with them.

use crate::harness::Server;

#[tokio::test]
async fn the_next_times_of_a_schedule_are_told_in_its_zone() {
    let server = Server::new().await;
    let ask = |query: &'static str| server.get(query);
    let next = ask("/api/v1/schedules/next?cron=0+9+*+*+1-5&tz=Europe/Berlin&count=2&after=2026-10-23T12:00:00Z")
        .await
        .ok(200);
    assert_eq!(next["times"], serde_json::json!(["2026-10-26T09:00:00+01:00", "2026-10-27T09:00:00+01:00"]));
    assert_eq!(next["tz"], "Europe/Berlin");
    let soon = ask("/api/v1/schedules/next?cron=*/5+*+*+*+*").await.ok(200);
    assert_eq!((soon["times"].as_array().map(Vec::len), &soon["tz"]), (Some(5), &"UTC".into()));
    assert_eq!(ask("/api/v1/schedules/next?cron=0+0+30+2+*").await.ok(200)["times"], serde_json::json!([]));
    for (query, code, path, says) in [
        ("cron=0+25+*+*+*", "invalid_schedule", "cron[2..4]", "is no hour"),
        ("cron=*+*+*", "invalid_schedule", "cron[0..5]", "this has 3"),
        ("cron=*+*+*+*+*&tz=Nowhere", "invalid_schedule", "tz", "Nowhere"),
        ("tz=UTC", "missing_field", "cron", "missing"),
        ("cron=*+*+*+*+*&count=0", "invalid_parameter", "count", "1 to 100"),
        ("cron=*+*+*+*+*&after=now", "invalid_parameter", "after", "after"),
    ] {
        let answer = server.get(&format!("/api/v1/schedules/next?{query}")).await;
        assert_eq!(answer.problem(400), code, "{query}");
        let body = answer.json();
        assert_eq!(body["path"], path, "{query}");
        assert!(body["detail"].as_str().is_some_and(|detail| detail.contains(says)), "{body}");
    }
}
