//! The state machine against the reference, asked in the same random order of completion; no engine, no store.

use proof::generate::case;
use proof::reference::Order;
use proof::simulate::{simulate, without_messages};

#[test]
fn random_orders_give_legal_answers() {
    let count = if std::env::var("TIDEMILL_LONG").is_ok_and(|value| value == "1") { 200_000 } else { 20_000 };
    let (mut free, mut steps) = (0, 0);
    for seed in 0..count {
        let case = case(seed);
        let question = case.question();
        let trace = simulate(&case, seed).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
        let given = without_messages(&trace.answer.to_value());
        let reference = question.answer(&Order::recorded(trace.recorded.iter().map(String::as_str)));
        assert!(
            reference.to_value() == given,
            "seed {seed}: {}\nis not the answer of the reference: {reference}\nof {}\nwith {}",
            trace.answer,
            model::json::to_text(case.graph.document()),
            model::json::to_text(&case.input),
        );
        free += u64::from(reference.order_free);
        steps += trace.answer.steps.len();
    }
    assert!(free > count / 2 && free < count, "{free} of {count} are order-free");
    println!("{count} random graphs in random orders: {free} order-free, {steps} steps");
}
