//! Data on standard output: a table for people or JSON for programs; never both, and never a word beside the JSON.

use std::io::{self, Write};

use clap::ValueEnum;
use serde::Serialize;

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Text,
    Json,
}

/// A closed pipe (`| head`) ends the output, not the command.
pub fn line(text: &str) {
    let _ = writeln!(io::stdout(), "{text}");
}

pub fn data<T: Serialize>(format: Format, value: &T, text: impl FnOnce(&T) -> String) {
    match format {
        Format::Text => line(text(value).trim_end()),
        // Our own records: strings, numbers and lists always have a JSON form.
        Format::Json => line(&serde_json::to_string_pretty(value).unwrap_or_default()),
    }
}

/// Columns as wide as their widest cell.
pub fn table<const N: usize>(heads: [&str; N], rows: impl IntoIterator<Item = [String; N]>) -> String {
    let mut lines = vec![heads.map(str::to_owned)];
    lines.extend(rows);
    let mut widths = [0; N];
    for row in &lines {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut text = String::new();
    for row in &lines {
        let cells: Vec<String> = row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        text.push_str(cells.join("  ").trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::table;

    #[test]
    fn a_column_is_as_wide_as_its_widest_cell() {
        let text = table(["slug", "name"], [["acme".to_owned(), "Acme".to_owned()], ["longer-slug".to_owned(), "L".to_owned()]]);
        assert_eq!(text, "slug         name\nacme         Acme\nlonger-slug  L\n");
    }
}
