//! What a value knows of itself.

use model::{Value, json};

fn value(text: &str) -> Value {
    json::read(text.as_bytes()).expect("JSON")
}

#[test]
fn a_size_is_no_more_than_the_text_and_not_much_less() {
    for text in [
        "null",
        "false",
        "0",
        "-9",
        "99",
        "9223372036854775807",
        "-9223372036854775808",
        "1.10",
        r#""a\u0000é""#,
        "[]",
        "{}",
        "[0,1,2]",
        r#"{"a":[null,true,{"b":"text","c":1234567}],"long key":[[[]]]}"#,
    ] {
        let (bytes, length) = (value(text).bytes(), text.len() as u64);
        assert!(bytes <= length && 3 * bytes >= length, "{text}: {bytes} of {length}");
    }
    assert_eq!(value("[1.5]").bytes(), 10, "a fraction counts as it is stored");
}

#[test]
fn what_is_shared_counts_each_time() {
    let (mut list, mut object) = (value(r#""0123456789""#), value(r#""0123456789""#));
    for _ in 0..200 {
        list = Value::array(vec![list.clone(), list]);
        object = Value::object(vec![("a".into(), object.clone()), ("b".into(), object)]);
    }
    assert_eq!((list.bytes(), object.bytes()), (u64::MAX, u64::MAX), "2^200 texts, in little memory");
    assert_eq!(Value::array(vec![value("[7]"); 3]).bytes(), 2 + 3 * 3);
}
