//! Medians over rounds, and the table: measure, value, target, met or missed. It rounds for reading, never towards a target.

use crate::Plan;
use crate::http::Measured;
use crate::stage::{self, Stage};
use std::collections::BTreeMap;
use std::fmt::Write;

#[derive(Default)]
pub struct Rounds(BTreeMap<String, Vec<f64>>);

impl Rounds {
    pub fn add(&mut self, name: &str, value: f64) {
        self.0.entry(name.to_owned()).or_default().push(value);
    }

    pub fn add_load(&mut self, name: &str, load: &Measured) {
        self.add(&format!("{name}.rate"), load.rate);
        self.add(&format!("{name}.p50"), load.p50_ms);
        self.add(&format!("{name}.p99"), load.p99_ms);
    }

    pub fn median(&self, name: &str) -> f64 {
        let mut values = self.0.get(name).cloned().unwrap_or_default();
        values.sort_by(f64::total_cmp);
        match values.len() {
            0 => f64::NAN,
            n if n % 2 == 1 => values[n / 2],
            n => f64::midpoint(values[n / 2 - 1], values[n / 2]),
        }
    }

    pub fn load_rows(&self, name: &str, title: &str) -> Vec<Row> {
        vec![
            Row::shown(title, self.median(&format!("{name}.rate")), "/s"),
            Row::shown(&format!("{title}, p50"), self.median(&format!("{name}.p50")), "ms"),
            Row::shown(&format!("{title}, p99"), self.median(&format!("{name}.p99")), "ms"),
        ]
    }
}

enum Target {
    None,
    AtLeast(f64),
    AtMost(f64),
}

pub struct Row {
    measure: String,
    value: f64,
    unit: &'static str,
    target: Target,
}

impl Row {
    pub fn shown(measure: &str, value: f64, unit: &'static str) -> Self {
        Self { measure: measure.to_owned(), value, unit, target: Target::None }
    }

    pub fn at_least(measure: &str, value: f64, target: f64, unit: &'static str) -> Self {
        Self { target: Target::AtLeast(target), ..Self::shown(measure, value, unit) }
    }

    pub fn at_most(measure: &str, value: f64, target: f64, unit: &'static str) -> Self {
        Self { target: Target::AtMost(target), ..Self::shown(measure, value, unit) }
    }

    fn verdict(&self) -> (String, Option<bool>) {
        match self.target {
            Target::None => (String::new(), None),
            Target::AtLeast(target) => (format!(">= {target} {}", self.unit), Some(self.value >= target)),
            Target::AtMost(target) => (format!("<= {target} {}", self.unit), Some(self.value <= target)),
        }
    }
}

pub fn table(rows: &[Row], plan: &Plan, stage: &Stage) -> String {
    let mut text = format!(
        "\n{} cores, {}, {} tickets in the tenant read of {} in all, {} tenants; medians of {} interleaved rounds of {} s\n\n{:<46} {:>14}  {:<14} {}\n",
        std::thread::available_parallelism().map_or(0, usize::from),
        stage.postgresql,
        stage::TICKETS,
        stage::ALL_TICKETS,
        stage::TENANTS,
        plan.rounds,
        plan.seconds,
        "measure",
        "value",
        "target",
        "",
    );
    let (mut met, mut of) = (0, 0);
    for row in rows {
        let (target, verdict) = row.verdict();
        let value = if row.value >= 1000.0 { format!("{:.0}", row.value) } else { format!("{:.2}", row.value) };
        let verdict = match verdict {
            None => "",
            Some(is_met) => {
                of += 1;
                met += usize::from(is_met);
                if is_met { "met" } else { "MISSED" }
            }
        };
        let _ = writeln!(text, "{:<46} {:>14}  {:<14} {verdict}", row.measure, format!("{value} {:<3}", row.unit), target);
    }
    let _ = write!(text, "\n{met} of {of} targets met");
    text
}
