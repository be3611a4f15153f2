//! Random expressions of the language over a fixed context, made so that JavaScript and the documented differences
//! from it do not meet: lists are copied before methods that change them in JavaScript, patterns meet no characters
//! beyond U+FFFF, dates are read in UTC.

/// The context that generated expressions read, as JSON text.
pub(crate) const CONTEXT: &str = r#"{
"input":{"name":"Ada Lovelace","email":"Ada@Example.COM","empty":"","zero":0,"n":42,"neg":-7,"half":0.5,"price":"19.99",
"big":1e+21,"small":1e-7,"yes":true,"no":false,"nil":null,"tags":["red","green","blue"],"nums":[5,3,11,1,8],
"floats":[0.1,0.2,2.5,-1.5],"mixed":[1,"2",null,true,[3],{"k":4}],"none":[],"bare":{},"matrix":[[1,2,3],[4,5,6]],
"nested":{"a":{"b":{"c":"deep"}},"nil":null},"emoji":"a😀b","accents":"Crème Brûlée","padded":"  hi\t\n",
"text":"The quick brown fox jumps over the lazy dog","csv":"a,b,,c","obj":{"b":1,"10":2,"a":3,"2":4},
"users":[{"name":"Ann","age":31,"city":"Oslo"},{"name":"Bob","age":25,"city":null},{"name":"Cy","age":47,"city":"Oslo"}],
"date":"2024-02-29T12:34:56.789Z","json":"{\"a\":[1,2,{\"b\":null}]}","key":"name"},
"item":{"id":7,"title":"Widget","price":9.5,"labels":["new","sale"]},"index":3,
"vars":{"limit":5,"list":["a","b"],"flag":true}}"#;

/// Repeatable random numbers (SplitMix64).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    fn pick<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[self.below(list.len())]
    }
}

const NUMBERS: &[&str] = &[
    "0",
    "1",
    "2",
    "3",
    "7",
    "-1",
    "-7",
    "10",
    "0.1",
    "0.5",
    "1.5",
    "-2.5",
    "255",
    "1e3",
    "12.345",
    "99.995",
    "1e21",
    "1e-7",
    "input.n",
    "input.neg",
    "input.half",
    "input.zero",
    "input.big",
    "input.small",
    "item.price",
    "index",
    "vars.limit",
    "NaN",
    "Infinity",
    "-0",
];
const TEXTS: &[&str] = &[
    "input.name",
    "input.email",
    "input.empty",
    "input.price",
    "input.accents",
    "input.padded",
    "input.text",
    "input.csv",
    "item.title",
    "'hello world'",
    "'a,b,c'",
    "'x'",
    "'äöü'",
    "'AbC'",
    "'42'",
    "''",
    "' 7 '",
    "'e\\u0301'",
];
const VALUES: &[&str] = &[
    "0",
    "1",
    "-1",
    "2.5",
    "''",
    "'0'",
    "'1'",
    "'abc'",
    "' 7 '",
    "true",
    "false",
    "null",
    "undefined",
    "[]",
    "[1]",
    "[1,2]",
    "['a']",
    "[null]",
    "({})",
    "({a: 1})",
    "input.n",
    "input.nil",
    "input.missing",
    "input.tags",
    "input.obj",
    "input.empty",
    "input.yes",
    "input.price",
    "NaN",
    "input.mixed",
    "input.users",
    "input.nested",
    "new Date(0)",
];
const NEEDLES: &[&str] = &["'a'", "'o'", "' '", "','", "''", "'e'", "'the'", "'A'", "'ö'", "'l'", "'aa'"];
const SMALL: &[&str] = &["-3", "-1", "0", "1", "2", "3", "5", "20", "undefined", "NaN", "'1'", "null", "1.7"];
const NUMBER_LISTS: &[&str] =
    &["input.nums", "input.floats", "input.none", "[3, 1, 2]", "input.matrix[0]", "[10, -5, 0.5]"];
const TEXT_LISTS: &[&str] =
    &["input.tags", "vars.list", "item.labels", "['Zed', 'amy', 'Bob']", "input.text.split(' ')"];
const PATTERNS: &[&str] = &[
    "[aeiou]",
    "\\\\s+",
    "\\\\d",
    "[A-Z]",
    "\\\\W+",
    "^.",
    ".$",
    "(\\\\w)(\\\\w)",
    "\\\\b",
    "o.*e",
    "x|y",
    "(a|e)(.)?",
    "(?<first>\\\\w)\\\\w*",
    "[^a-z]",
    "l+",
    "a?",
    "(?:he|qu)\\\\w",
    "\\\\S{3}",
    "b{1,2}",
];

/// An expression of any kind.
pub(crate) fn expression(r: &mut Random) -> String {
    let depth = 1 + r.below(4);
    match r.below(9) {
        0 => number(r, depth),
        1 => text(r, depth),
        2 => boolean(r, depth),
        3 => numbers(r, depth),
        4 => texts(r, depth),
        5 => object(r, depth),
        6 => coercion(r),
        7 => date(r),
        _ => value(r, depth),
    }
}

fn pattern(r: &mut Random, flags: &[&str]) -> String {
    format!("/{}/{}", r.pick(PATTERNS).replace("\\\\", "\\"), r.pick(flags))
}

fn number(r: &mut Random, d: usize) -> String {
    if d == 0 {
        return r.pick(NUMBERS).into();
    }
    let e = d - 1;
    match r.below(16) {
        0..=3 => format!("({} {} {})", number(r, e), r.pick(&["+", "-", "*", "/", "%"]), number(r, e)),
        4 => format!(
            "Math.{}({})",
            r.pick(&["floor", "ceil", "round", "abs", "trunc", "sign", "sqrt", "fround"]),
            number(r, e)
        ),
        5 => format!("Math.{}({}, {})", r.pick(&["max", "min"]), number(r, e), number(r, e)),
        6 => format!("{}.length", text(r, e)),
        7 => format!("{}.{}({})", text(r, e), r.pick(&["indexOf", "lastIndexOf"]), r.pick(NEEDLES)),
        8 => format!("{}.reduce((a, b) => a {} b, {})", numbers(r, e), r.pick(&["+", "-", "*"]), number(r, 0)),
        9 => format!("({} ? {} : {})", boolean(r, e), number(r, e), number(r, e)),
        10 => format!("({} ?? {})", r.pick(&["input.missing", "input.nil", "input.n"]), number(r, e)),
        11 => format!("({} {} {})", number(r, e), r.pick(&["&", "|", "^", "<<", ">>", ">>>"]), number(r, e)),
        12 => format!("Number(({}).{}({}))", number(r, e), r.pick(&["toFixed", "toPrecision"]), 1 + r.below(9)),
        13 => format!("{}({})", r.pick(&["Number", "parseInt", "parseFloat", "+", "-", "~"]), text(r, e)),
        14 => format!("{}.{}(n => n > {})", numbers(r, e), r.pick(&["findIndex", "findLastIndex"]), number(r, 0)),
        _ => format!("{}.charCodeAt({})", text(r, e), r.pick(SMALL)),
    }
}

fn text(r: &mut Random, d: usize) -> String {
    if d == 0 {
        return r.pick(TEXTS).into();
    }
    let e = d - 1;
    match r.below(18) {
        0 | 1 => {
            format!("{}.{}()", text(r, e), r.pick(&["toUpperCase", "toLowerCase", "trim", "trimStart", "trimEnd"]))
        }
        2 | 3 => {
            let method = r.pick(&["slice", "substring", "substr"]);
            format!("{}.{method}({}, {})", text(r, e), r.pick(SMALL), r.pick(SMALL))
        }
        4 => format!("({} + {})", text(r, e), if r.below(2) == 0 { text(r, e) } else { number(r, e) }),
        5 => format!("`{}${{{}}}!`", r.pick(&["", "x=", "# "]), value(r, e)),
        6 => {
            let by = r.pick(&["'_'", "'<$&>'", "''", "c => c + c", "'$$'", "(m, at) => at", "'$1'"]);
            format!("{}.{}({}, {by})", text(r, e), r.pick(&["replace", "replaceAll"]), r.pick(NEEDLES))
        }
        7 | 8 => {
            let by = r.pick(&[
                "'-'",
                "'[$&]'",
                "m => m.length",
                "'$1$2'",
                "(m, x) => typeof x",
                "'$`'",
                "\"$'\"",
                "'$<first>'",
            ]);
            format!("{}.replace({}, {by})", text(r, e), pattern(r, &["", "g", "gi"]))
        }
        9 => {
            let filler = r.pick(&["'*'", "'ab'", "''", "undefined", "0"]);
            format!("{}.{}({}, {filler})", text(r, e), r.pick(&["padStart", "padEnd"]), r.below(30))
        }
        10 => format!("{}.join({})", texts(r, e), r.pick(NEEDLES)),
        11 => format!("({} ? {} : {})", boolean(r, e), text(r, e), text(r, e)),
        12 => format!("String({})", value(r, e)),
        13 => {
            format!("JSON.stringify({}{})", value(r, e), r.pick(&["", ", null, 2", ", null, '-'", ", ['a', 'name']"]))
        }
        14 => format!("{}.charAt({})", text(r, e), r.pick(SMALL)),
        15 => format!("{}.repeat({})", text(r, e), r.pick(&["0", "1", "2", "-1", "'2'"])),
        16 => format!("encodeURIComponent({})", text(r, e)),
        _ => format!("(typeof {})", value(r, e)),
    }
}

fn boolean(r: &mut Random, d: usize) -> String {
    if d == 0 {
        return r.pick(&["input.yes", "input.no", "true", "false", "vars.flag"]).into();
    }
    let e = d - 1;
    match r.below(10) {
        0 | 1 => format!("({} {} {})", number(r, e), r.pick(&["<", ">", "<=", ">=", "===", "!=="]), number(r, e)),
        2 => format!("({} {} {})", text(r, e), r.pick(&["<", ">", "===", "!=="]), text(r, e)),
        3 => format!("{}.{}({})", text(r, e), r.pick(&["includes", "startsWith", "endsWith"]), r.pick(NEEDLES)),
        4 => format!("({} {} {})", boolean(r, e), r.pick(&["&&", "||"]), boolean(r, e)),
        5 => format!("!{}", boolean(r, e)),
        6 => format!("{}.{}(n => n > {})", numbers(r, e), r.pick(&["some", "every"]), number(r, 0)),
        7 => format!("{}.test({})", pattern(r, &["", "i"]), text(r, e)),
        8 => format!("({} {} {})", value(r, e), r.pick(&["==", "!=", "===", "!==", "<", ">="]), value(r, e)),
        _ => format!(
            "({} in {})",
            r.pick(&["'a'", "'name'", "0", "'zz'"]),
            r.pick(&["input", "input.obj", "input.tags", "item"])
        ),
    }
}

fn numbers(r: &mut Random, d: usize) -> String {
    if d == 0 {
        return r.pick(NUMBER_LISTS).into();
    }
    let e = d - 1;
    match r.below(10) {
        0 | 1 => format!("{}.map(n => {})", numbers(r, e), number(r, e)),
        2 => format!("{}.map((n, i) => n {} i)", numbers(r, e), r.pick(&["+", "-", "*"])),
        3 => format!("{}.filter(n => n {} {})", numbers(r, e), r.pick(&["<", ">", "!=="]), number(r, 0)),
        4 => format!("{}.slice({}, {})", numbers(r, e), r.pick(SMALL), r.pick(SMALL)),
        5 => format!("[...{}, {}]", numbers(r, e), number(r, e)),
        6 => format!("{}.map(w => w.length)", texts(r, e)),
        7 => format!("{}.toSorted((a, b) => {})", numbers(r, e), r.pick(&["a - b", "b - a"])),
        8 => format!("{}.toSpliced({}, {})", numbers(r, e), r.pick(SMALL), r.pick(&["0", "1", "2"])),
        _ => format!("[...{}].sort().reverse()", numbers(r, e)),
    }
}

fn texts(r: &mut Random, d: usize) -> String {
    if d == 0 {
        return r.pick(TEXT_LISTS).into();
    }
    let e = d - 1;
    match r.below(10) {
        0 | 1 => {
            let body =
                r.pick(&["w.toUpperCase()", "w.slice(0, 2)", "w.at(-1)", "w.length + w", "w.charAt(1)", "w + w"]);
            format!("{}.map(w => {body})", texts(r, e))
        }
        2 => format!("{}.filter(w => {})", texts(r, e), r.pick(&["w.length > 3", "w.includes('e')", "w.length % 2"])),
        3 => format!("{}.toSorted()", texts(r, e)),
        4 => format!("{}.split({})", text(r, e), r.pick(&["' '", "','", "''", "'e'", "undefined"])),
        5 => format!("{}.split({})", text(r, e), pattern(r, &["", "i"])),
        6 => format!("{}.concat({})", texts(r, e), text(r, e)),
        7 => format!("({}.match({}) ?? [])", text(r, e), pattern(r, &["", "g", "gi"])),
        8 => format!("[...{}.matchAll({})].map(m => m[0] + m.index)", text(r, e), pattern(r, &["g", "gi"])),
        _ => format!("{}.flatMap((w, i) => i % 2 ? [] : [w, {}])", texts(r, e), text(r, 0)),
    }
}

fn object(r: &mut Random, d: usize) -> String {
    let e = d.saturating_sub(1);
    match r.below(9) {
        0 => format!("({{a: {}, 'b c': {}, 1: {}}})", number(r, e), text(r, e), boolean(r, e)),
        1 => format!("({{...{}, a: {}}})", r.pick(&["input.obj", "input.nil", "item", "input.tags"]), value(r, e)),
        2 => format!("Object.{}({})", r.pick(&["keys", "values", "entries"]), value(r, e)),
        3 => format!("Object.fromEntries({}.map((w, i) => [w, i]))", texts(r, e)),
        4 => {
            format!("input.users.map(({{name, age = 0, ...rest}}) => ({{name, older: age + {}, rest}}))", number(r, 0))
        }
        5 => format!("input.users.find(u => u.age > {})?.name", number(r, 0)),
        6 => format!("input.users.reduce((m, u) => ({{...m, [u.city]: {}}}), {{}})", value(r, e)),
        7 => format!("Object.assign({{}}, input.obj, {{a: {}}})", value(r, e)),
        _ => format!("JSON.parse(JSON.stringify({}) ?? 'null')", value(r, e)),
    }
}

/// Operators and methods on values of any kind.
fn coercion(r: &mut Random) -> String {
    let (a, b) = (r.pick(VALUES), r.pick(VALUES));
    match r.below(7) {
        0 => format!("{a} {} {b}", r.pick(&["==", "!=", "===", "<", ">", "<=", ">="])),
        1 => format!("String({a} {} {b})", r.pick(&["+", "-", "*", "/", "%"])),
        2 => format!("{a} {} {b}", r.pick(&["&&", "||", "??"])),
        3 => format!(
            "String({}({a}))",
            r.pick(&["+", "-", "!", "~", "typeof ", "Number", "Boolean", "parseInt", "isNaN"])
        ),
        4 => {
            let method =
                r.pick(&["slice(1)", "at(0)", "includes('a')", "join('-')", "length", "concat(1)", "toString()"]);
            format!("({a}){}{method}", r.pick(&[".", "?."]))
        }
        5 => format!(
            "'abcdef'.{}({a})",
            r.pick(&["charAt", "slice", "substring", "at", "padEnd", "indexOf", "concat", "split"])
        ),
        _ => format!(
            "[{a}, {b}].{}",
            r.pick(&["join()", "flat()", "indexOf(1)", "includes(null)", "map(String)", "filter(Boolean)"])
        ),
    }
}

fn date(r: &mut Random) -> String {
    let time = (r.next() % 6_000_000_000_000) as i64 - 2_000_000_000_000;
    let part = r.pick(&["Day", "Date", "Month", "FullYear", "Hours", "Minutes", "Seconds", "Milliseconds"]);
    match r.below(5) {
        0 => format!("new Date({time}).getUTC{part}()"),
        1 => format!("new Date({time}).toISOString()"),
        2 => {
            format!("new Date(new Date({time}).toISOString().slice(0, {})).getTime()", r.pick(&["4", "7", "10", "24"]))
        }
        3 => format!("Date.UTC({}, {}, {}, {})", 1900 + r.below(200), r.pick(SMALL), r.pick(SMALL), r.pick(SMALL)),
        _ => format!("new Date({time}).toUTCString()"),
    }
}

fn value(r: &mut Random, d: usize) -> String {
    match r.below(7) {
        0 => number(r, d),
        1 => text(r, d),
        2 => boolean(r, d),
        3 => numbers(r, d),
        4 => texts(r, d),
        _ => r.pick(VALUES).into(),
    }
}
