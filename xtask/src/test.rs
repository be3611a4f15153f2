//! `test`: everything a change must pass, in the order in which it is cheapest to fail.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::{journeys, process, sabotage, tidy, web};

/// Programs that some tests use, each in the Debian package of its name.
const PROGRAMS: [(&str, &str); 2] =
    [("strace", "kills at exact system calls"), ("python3", "the comparison with the reference interpreter")];

/// What was asked for.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Options {
    long: bool,
    services: bool,
    cluster: bool,
    /// Somebody said that they have no browser: only then the walks through the page may be left out.
    no_browser: bool,
    filter: Option<String>,
}

impl Options {
    /// Reads the arguments of `test`.
    pub(crate) fn parse(arguments: &[String]) -> Result<Self> {
        let mut options = Self::default();
        for argument in arguments {
            match argument.as_str() {
                "--long" => options.long = true,
                "--services" => options.services = true,
                "--cluster" => options.cluster = true,
                "--no-browser" => options.no_browser = true,
                other if other.starts_with('-') => bail!("`test` has no option `{other}`"),
                filter if options.filter.is_none() => options.filter = Some(filter.to_owned()),
                extra => bail!("`test` takes one filter, found also `{extra}`"),
            }
        }
        Ok(options)
    }

    /// A `cargo test` over the workspace with the switches that tests look at.
    fn cargo_test(&self, root: &Path) -> Command {
        let mut command = process::cargo(root);
        command.args(["test", "--workspace", "--profile", "fast", "--no-fail-fast"]);
        let switches =
            [("TIDEMILL_LONG", self.long), ("TIDEMILL_SERVICES", self.services), ("TIDEMILL_CLUSTER", self.cluster)];
        for (name, _) in switches.iter().filter(|(_, on)| *on) {
            command.env(name, "1");
        }
        command
    }
}

/// Runs it all, or with a filter the matching Rust tests. Whether everything passed.
pub(crate) fn run(root: &Path, options: &Options) -> Result<bool> {
    let mut report = Report::default();
    let passed = match &options.filter {
        Some(filter) => rust_tests(root, options, Some(filter), &mut report),
        None => all(root, options, &mut report),
    };
    report.print();
    Ok(passed)
}

fn all(root: &Path, options: &Options, report: &mut Report) -> bool {
    ensure_programs(report);
    if !browser(options, journeys::browser, report) {
        return false;
    }
    // The page is built and tested beside the first half of the Rust work; the server embeds it, so it must be there
    // before the tests are compiled.
    let page = start_page(root);
    let rust = format(root, report) && rules(root, report) && lints(root, report) && licences(root, report);
    // Also after a failure: nothing is left running behind the prompt.
    let page = await_page(page, report);
    rust && page
        && rust_tests(root, options, None, report)
        && walks(root, options, report)
        && (!options.long || planted_faults(root, report))
}

/// Without a browser nothing of what a person sees is proved: that is a failure, unless somebody says so. `find` sees to
/// it that there is one.
fn browser(options: &Options, find: impl FnOnce() -> Result<()>, report: &mut Report) -> bool {
    if options.no_browser {
        return true;
    }
    let Err(reason) = find() else { return true };
    let hint = "install Chromium or name one in CHROMIUM; --no-browser leaves the walks through the page out";
    report.stage("browser", hint, || Err(reason))
}

fn walks(root: &Path, options: &Options, report: &mut Report) -> bool {
    if options.no_browser {
        report.note("journeys", "left out, as --no-browser says: nobody walked through the page");
        return true;
    }
    let hint = "walk one alone, in web/: node e2e/editor.mjs --page dist NAME, or node e2e/journeys.mjs NAME";
    report.stage("journeys", hint, || {
        let form = if options.long { "all of them" } else { "the short form; --long walks all of them" };
        journeys::walk(root, options.long).map(|()| form.to_owned())
    })
}

/// The tests are tested: each planted fault must be caught by one.
fn planted_faults(root: &Path, report: &mut Report) -> bool {
    report.stage("sabotage", "a fault that nobody caught: run one alone with cargo xtask sabotage NAME", || {
        if sabotage::run(root, None)? { Ok(String::new()) } else { bail!("a planted fault went unseen") }
    })
}

fn format(root: &Path, report: &mut Report) -> bool {
    report.stage("format", "cargo fmt --all", || {
        process::run(process::cargo(root).args(["fmt", "--all", "--", "--check", "-l"])).map(|()| String::new())
    })
}

fn rules(root: &Path, report: &mut Report) -> bool {
    report.stage("tidy", "each line above says what to change; CONTRIBUTING.md has the rules", || {
        if tidy::run(root)? { Ok(String::new()) } else { bail!("the tree breaks rules of the house") }
    })
}

fn lints(root: &Path, report: &mut Report) -> bool {
    report.stage("clippy", "cargo clippy --workspace --all-targets --profile fast", || {
        let mut command = process::cargo(root);
        command.args(["clippy", "--workspace", "--all-targets", "--profile", "fast", "--", "-D", "warnings"]);
        process::run(&mut command).map(|()| String::new())
    })
}

fn licences(root: &Path, report: &mut Report) -> bool {
    if process::find("cargo-deny").is_none() {
        report.note("licences", "skipped: cargo-deny is not installed (cargo install cargo-deny)");
        return true;
    }
    report.stage("licences", "deny.toml has the rules; replace the package or say why in deny.toml", || {
        let mut command = process::cargo(root);
        command.args(["deny", "check", "licenses", "bans", "sources"]);
        process::run(&mut command).map(|()| String::new())
    })
}

fn rust_tests(root: &Path, options: &Options, filter: Option<&str>, report: &mut Report) -> bool {
    let hint = "run one alone: cargo xtask test NAME; a failing random test prints its seed";
    report.stage("tests", hint, || {
        let mut counts = Counts::default();
        let mut command = options.cargo_test(root);
        command.args(filter);
        let passed = process::each_line(&mut command, |line| {
            println!("{line}");
            counts.take(line);
        })?;
        match passed {
            true if counts.passed == 0 => bail!("no test ran"),
            true => Ok(counts.sentence()),
            false => bail!("{}", counts.sentence()),
        }
    })
}

/// Test counts, gathered from the closing lines of the test programs.
#[derive(Debug, Default, PartialEq, Eq)]
struct Counts {
    programs: usize,
    passed: usize,
    failed: usize,
    ignored: usize,
}

impl Counts {
    fn take(&mut self, line: &str) {
        let Some(rest) = line.trim_start().strip_prefix("test result: ") else { return };
        let Some((_, numbers)) = rest.split_once(". ") else { return };
        self.programs += 1;
        for part in numbers.split("; ") {
            let Some((count, word)) = part.split_once(' ') else { continue };
            let Ok(count) = count.parse::<usize>() else { continue };
            match word {
                "passed" => self.passed += count,
                "failed" => self.failed += count,
                "ignored" => self.ignored += count,
                _ => {}
            }
        }
    }

    fn sentence(&self) -> String {
        let Self { programs, passed, failed, ignored } = self;
        format!("{passed} passed, {failed} failed, {ignored} ignored in {programs} test programs")
    }
}

type Page = JoinHandle<(Duration, Result<String>)>;

fn start_page(root: &Path) -> Page {
    let root: PathBuf = root.to_path_buf();
    thread::spawn(move || {
        let begun = Instant::now();
        let result = web::check(&root);
        (begun.elapsed(), result)
    })
}

fn await_page(page: Page, report: &mut Report) -> bool {
    let (took, result) =
        page.join().unwrap_or_else(|_| (Duration::ZERO, Err(anyhow::anyhow!("the page step panicked"))));
    report.finished(
        "web",
        "in web/: npm run build, npm run test",
        took,
        result.map(|log| {
            print!("{log}");
            "built and tested beside the steps above".to_owned()
        }),
    )
}

fn ensure_programs(report: &mut Report) {
    for (program, purpose) in PROGRAMS {
        if process::find(program).is_some() {
            continue;
        }
        match process::install(program).with_context(|| format!("{program} is missing")) {
            Ok(()) => println!("installed {program}, for {purpose}"),
            Err(reason) => report.note(program, &format!("{reason:#}: tests of {purpose} skip themselves")),
        }
    }
}

/// What ran, how long, and how it ended.
#[derive(Default)]
struct Report {
    lines: Vec<String>,
}

impl Report {
    /// Runs one stage under a headline. Whether it passed.
    fn stage(&mut self, name: &str, hint: &str, run: impl FnOnce() -> Result<String>) -> bool {
        println!("\n=== {name}");
        let begun = Instant::now();
        let result = run();
        self.finished(name, hint, begun.elapsed(), result)
    }

    fn finished(&mut self, name: &str, hint: &str, took: Duration, result: Result<String>) -> bool {
        let seconds = took.as_secs_f64();
        let passed = result.is_ok();
        match result {
            Ok(note) => self.lines.push(format!("  ok      {name:<9} {seconds:>7.1} s  {note}")),
            Err(error) => {
                eprintln!("{error:#}");
                self.lines.push(format!("  FAILED  {name:<9} {seconds:>7.1} s  what to do: {hint}"));
            }
        }
        println!("=== {name}: {} after {seconds:.1} s", if passed { "ok" } else { "FAILED" });
        passed
    }

    fn note(&mut self, name: &str, note: &str) {
        println!("\n=== {name}: {note}");
        self.lines.push(format!("  -       {name:<9} {:>7}    {note}", ""));
    }

    fn print(&self) {
        println!("\nsummary");
        for line in &self.lines {
            println!("{line}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &[&str]) -> Result<Options> {
        Options::parse(&arguments.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn options_are_read_and_unknown_ones_refused() {
        let options = parse(&["--long", "kill"]).unwrap();
        assert_eq!(options, Options { long: true, filter: Some("kill".into()), ..Options::default() });
        assert_eq!(parse(&["--no-browser"]).unwrap(), Options { no_browser: true, ..Options::default() });
        assert!(parse(&["--lnog"]).unwrap_err().to_string().contains("--lnog"));
        assert!(parse(&["one", "two"]).is_err());
    }

    #[test]
    fn a_missing_browser_is_a_failure_unless_somebody_says_so() {
        let mut report = Report::default();
        assert!(!browser(&Options::default(), || bail!("there is no Chromium"), &mut report));
        assert!(report.lines[0].contains("FAILED") && report.lines[0].contains("--no-browser"), "{:?}", report.lines);
        assert!(browser(&Options::default(), || Ok(()), &mut report));
        let without = Options { no_browser: true, ..Options::default() };
        assert!(browser(&without, || bail!("nobody looks for one"), &mut report));
        assert!(walks(Path::new("."), &without, &mut report));
        assert!(report.lines[1].contains("--no-browser"), "{:?}", report.lines);
    }

    #[test]
    fn counts_add_up_over_test_programs() {
        let mut counts = Counts::default();
        counts.take("test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.1s");
        counts.take("test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out");
        counts.take("running 3 tests");
        assert_eq!(counts, Counts { programs: 2, passed: 15, failed: 2, ignored: 1 });
    }
}
