//! Data on standard output: a table for people or JSON for programs; never both, and never a word beside the JSON.

use std::io::{self, ErrorKind, Write};

use clap::ValueEnum;
use serde::Serialize;

use crate::failure::Failure;

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Text,
    Json,
}

pub fn line(text: &str) -> Result<(), Failure> {
    write_line(&mut io::stdout(), text)
}

/// On standard error. Where nobody reads it there is nobody left to tell.
pub fn complain(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// A closed pipe (`| head`) ends the output, not the command. Every other failure is told: what is printed once, such as a
/// password, must not vanish behind an exit code of 0.
fn write_line(out: &mut impl Write, text: &str) -> Result<(), Failure> {
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Failure::Output(error)),
        _ => Ok(()),
    }
}

pub fn data<T: Serialize>(format: Format, value: &T, text: impl FnOnce(&T) -> String) -> Result<(), Failure> {
    match format {
        Format::Text => line(text(value).trim_end()),
        // Our own records: strings, numbers and lists always have a JSON form.
        Format::Json => line(&serde_json::to_string_pretty(value).unwrap_or_default()),
    }
}

/// As `\u{1b}`: what a tenant called itself must neither steer a terminal nor turn a row around.
fn visible(cell: &str) -> String {
    let mut text = String::with_capacity(cell.len());
    for c in cell.chars() {
        match c {
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => text.extend(c.escape_unicode()),
            c if c.is_control() => text.extend(c.escape_unicode()),
            c => text.push(c),
        }
    }
    text
}

/// Columns as wide as their widest cell.
pub fn table<const N: usize>(heads: [&str; N], rows: impl IntoIterator<Item = [String; N]>) -> String {
    let mut lines = vec![heads.map(str::to_owned)];
    lines.extend(rows.into_iter().map(|row| row.map(|cell| visible(&cell))));
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
    use super::{table, write_line};
    use std::io::{self, ErrorKind, Write};

    struct Broken(ErrorKind);

    impl Write for Broken {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_closed_pipe_alone_is_forgiven() {
        assert!(write_line(&mut Broken(ErrorKind::BrokenPipe), "x").is_ok());
        for kind in [ErrorKind::StorageFull, ErrorKind::Other, ErrorKind::WriteZero] {
            assert!(write_line(&mut Broken(kind), "x").is_err(), "{kind}");
        }
    }

    #[test]
    fn a_cell_steers_no_terminal() {
        let text = table(["name"], [["a\u{1b}[2J\u{9b}1m\n\u{202e}b\u{2066}é".to_owned()]]);
        assert_eq!(text, "name\na\\u{1b}[2J\\u{9b}1m\\u{a}\\u{202e}b\\u{2066}é\n");
    }

    #[test]
    fn a_column_is_as_wide_as_its_widest_cell() {
        let text = table(["slug", "name"], [["acme".to_owned(), "Acme".to_owned()], ["longer-slug".to_owned(), "L".to_owned()]]);
        assert_eq!(text, "slug         name\nacme         Acme\nlonger-slug  L\n");
    }
}
