//! `ringfence import`: tickets of another system into one tenant, each whole or not at all. It makes no member and no group,
//! repeats nothing that is there, and its output names lines and rules, never what a field holds.

mod audited;
mod convert;

use std::collections::BTreeMap;
use std::fs::File;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use ringfence_import::{Lost, Progress, Row, RowError};
use ringfence_store::imports::{self, Outcome};
use ringfence_store::numbers::Numbers;
use ringfence_store::{Refusal, StoreError};
use ringfence_store::command::{FoundTenant, Operator};
use serde::Serialize;

use super::membership::{Entry, Membership};
use super::serve::StopSignals;
use super::{found, operator};
use crate::cli::ImportArgs;
use crate::connections::Connections;
use crate::data_folder::file;
use crate::failure::{Failure, plain};
use crate::output;

/// What an import may do, and no more.
const PERMISSIONS: &[&str] = &[
    "ticket.read", "ticket.create", "ticket.change", "ticket.import", "comment.read", "comment.create", "contact.read", "contact.change",
    "organization.read", "organization.change", "group.read",
];

/// What is left out of a ticket whose group the tenant does not have; and of one that names a group where nobody asked.
const GROUP: &str = "group";
const GROUP_UNASKED: &str = "group, unless the tenant has one of its name";

#[derive(Debug, Default, Serialize)]
pub struct Summary {
    rows: u64,
    created: u64,
    already_there: u64,
    /// Of the tickets that are there already: what the file says beside what they have. They stay as they are.
    comments_not_taken: u64,
    failed: u64,
    /// Beside the tickets: users, comments of no ticket, messages and the like.
    parts_failed: u64,
    /// Of the tickets created or, in a dry run, found well: how many say what no ticket of the tenant holds, by its name in the
    /// file. Whether the tenant has a group, a dry run does not ask.
    left_out: BTreeMap<&'static str, u64>,
    dry_run: bool,
    /// Stopped by a signal before the file's end.
    interrupted: bool,
    /// The file could not be followed to its end.
    rest_unread: bool,
}

impl Summary {
    const fn is_whole(&self) -> bool {
        self.failed == 0 && self.parts_failed == 0 && !self.interrupted && !self.rest_unread
    }
}

pub async fn import(args: &ImportArgs) -> Result<ExitCode, Failure> {
    let source = args.source.clone().unwrap_or_else(|| args.format.as_str().to_owned());
    let connections = Connections::find()?;
    let operator = operator(&connections).await?;
    let FoundTenant { tenant_id: tenant, is_suspended } = found(&operator, &args.tenant).await?;
    // Said before the file is read, by the dry run too: nothing of it could be written.
    if is_suspended {
        return Err(Failure::Suspended(args.tenant.clone()));
    }
    let mut rows = Rows::open(args, &source)?;
    let summary = if args.dry_run {
        rows.check()
    } else {
        let config = connections.database()?;
        let entry = Entry { tenant, slug: &args.tenant, command: "import", name: "Import", permissions: PERMISSIONS };
        let membership = Membership::begin(&operator, &config, &entry).await?;
        let trail = audited::Trail::start(&config.auditor, &membership);
        let imported = match trail.started(&source, args.format.as_str()).await {
            Ok(()) => {
                let imported = rows.write(&membership, &operator, &args.tenant).await;
                let told = trail.finished(&source, imported.as_ref().ok()).await;
                imported.and_then(|summary| told.map(|()| summary))
            }
            Err(failure) => Err(failure),
        };
        // Whatever happened, the import's own membership ends with it. What broke it off is said first: the rest follows from it.
        let ended = membership.end().await;
        trail.carry_on().await;
        let summary = imported?;
        ended?;
        summary
    };
    output::data(args.summary, &summary, text)?;
    Ok(if summary.is_whole() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn text(summary: &Summary) -> String {
    let Summary { rows, created, already_there, failed, .. } = summary;
    let counts = match summary.dry_run {
        true => format!("{rows} tickets read, {failed} of them wrong; nothing was written"),
        false => format!("{rows} tickets read: {created} created, {already_there} there already, {failed} failed"),
    };
    let left_out: Vec<String> = summary.left_out.iter().map(|(name, tickets)| format!("{name} ({tickets})")).collect();
    let mut parts = vec![counts];
    if summary.comments_not_taken > 0 {
        parts.push(format!("not taken: {} comments on tickets that were there already", summary.comments_not_taken));
    }
    if summary.parts_failed > 0 {
        parts.push(format!("{} wrong beside them (users, comments, messages)", summary.parts_failed));
    }
    if !left_out.is_empty() {
        parts.push(format!("left out: {}", left_out.join(", ")));
    }
    if summary.rest_unread {
        parts.push("the rest of the file was not read".to_owned());
    }
    if summary.interrupted {
        parts.push("interrupted, run it again to go on".to_owned());
    }
    parts.join("; ")
}

const BYTES_BAR: &str = "{bar:40} {bytes}/{total_bytes} {msg} {eta}";
const TICKETS_BAR: &str = "{bar:40} {pos}/{len} {msg} {eta}";

/// The file's records, with a bar beside them where somebody looks on.
struct Rows<'a> {
    records: Box<dyn Iterator<Item = Result<Row, RowError>> + 'a>,
    bytes: Arc<AtomicU64>,
    bar: ProgressBar,
    /// How many were handed out of a file that is read whole before its first ticket; `None` of one read as it goes.
    handed_out: Option<u64>,
    summary: Summary,
}

impl<'a> Rows<'a> {
    fn open(args: &ImportArgs, source: &'a str) -> Result<Self, Failure> {
        let opened = File::open(&args.file).map_err(file("open", &args.file))?;
        let size = opened.metadata().map_err(file("read", &args.file))?.len();
        let reader = Progress::new(opened);
        let bytes = reader.bytes_read();
        // On a terminal alone: the bar draws on standard error and hides itself elsewhere.
        let bar = ProgressBar::new(size);
        dress(&bar, BYTES_BAR);
        bar.enable_steady_tick(Duration::from_millis(200));
        let summary = Summary { dry_run: args.dry_run, ..Summary::default() };
        Ok(Self { records: ringfence_import::read(args.format, reader, source), bytes, bar, handed_out: None, summary })
    }

    fn next(&mut self) -> Option<Result<Row, RowError>> {
        let record = self.records.next();
        self.move_bar();
        match &record {
            Some(Ok(_) | Err(RowError { lost: Lost::Ticket, .. })) => self.summary.rows += 1,
            Some(Err(_)) => {}
            None => self.bar.finish_and_clear(),
        }
        self.bar.set_message(format!("{} tickets", self.summary.rows));
        record
    }

    /// By what was read; of a file that is read whole, by what is taken of it.
    fn move_bar(&mut self) {
        let waiting = self.records.size_hint().0 as u64;
        if self.handed_out.is_none() && waiting == 0 {
            return self.bar.set_position(self.bytes.load(Ordering::Relaxed));
        }
        if self.handed_out.is_none() {
            self.bar.reset_eta();
            dress(&self.bar, TICKETS_BAR);
        }
        let handed_out = self.handed_out.unwrap_or_default() + 1;
        self.handed_out = Some(handed_out);
        self.bar.set_length(handed_out + waiting);
        self.bar.set_position(handed_out);
    }

    fn wrong(&mut self, lost: Lost, text: &str) {
        match lost {
            Lost::Ticket => self.summary.failed += 1,
            Lost::Part => self.summary.parts_failed += 1,
            Lost::Rest => self.summary.rest_unread = true,
        }
        self.bar.suspend(|| output::complain(text));
    }

    fn leaves_out(&mut self, names: &[&'static str]) {
        for name in names {
            *self.summary.left_out.entry(name).or_default() += 1;
        }
    }

    fn check(mut self) -> Summary {
        while let Some(record) = self.next() {
            match record {
                Ok(row) => {
                    self.leaves_out(&row.ticket.left_out);
                    self.leaves_out(if row.ticket.group.is_some() { &[GROUP_UNASKED] } else { &[] });
                }
                Err(error) => self.wrong(error.lost, &error.to_string()),
            }
        }
        self.summary
    }

    /// One transaction a ticket; a ticket refused is reported and the next one comes. A database out of reach ends it.
    async fn write(&mut self, membership: &Membership<'_>, operator: &Operator, slug: &str) -> Result<Summary, Failure> {
        let numbers = Numbers::default();
        let mut stop = StopSignals::catch()?;
        while let Some(record) = self.next() {
            // Not dropped half-way by a signal: the ticket at hand is finished first.
            match record {
                Ok(row) => self.write_one(row, membership, &numbers, operator, slug).await?,
                Err(error) => self.wrong(error.lost, &error.to_string()),
            }
            if stop.came().await {
                self.summary.interrupted = true;
                self.bar.finish_and_clear();
                break;
            }
        }
        Ok(std::mem::take(&mut self.summary))
    }

    async fn write_one(&mut self, row: Row, membership: &Membership<'_>, numbers: &Numbers, operator: &Operator, slug: &str) -> Result<(), Failure> {
        let (place, left_out) = (row.place(), row.ticket.left_out.clone());
        let ticket = convert::ticket(row.ticket);
        match imports::import(&membership.database, &membership.principal, numbers, &ticket).await {
            Ok(Outcome::Created(written)) => {
                self.summary.created += 1;
                self.leaves_out(&left_out);
                self.leaves_out(if written.lacks_group { &[GROUP] } else { &[] });
            }
            Ok(Outcome::AlreadyThere { comments_not_here }) => {
                self.summary.already_there += 1;
                self.summary.comments_not_taken += comments_not_here.unsigned_abs();
            }
            Err(error) if ends_it(&error) => {
                self.bar.finish_and_clear();
                let reason = match &error {
                    StoreError::Refused(_) if found(operator, slug).await?.is_suspended => Failure::Suspended(slug.to_owned()).to_string(),
                    error => plain(error),
                };
                return Err(Failure::Refused(format!("{place}: {reason}; {} tickets were created, run it again to go on", self.summary.created)));
            }
            Err(error) => self.wrong(Lost::Ticket, &format!("{place}: {}", Failure::from(error))),
        }
        Ok(())
    }
}

fn dress(bar: &ProgressBar, template: &str) {
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
}

/// What would come of every ticket after this one too.
fn ends_it(error: &StoreError) -> bool {
    matches!(error, StoreError::Unavailable { .. } | StoreError::NotBelieved | StoreError::Refused(Refusal::NoEntry))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::{ProgressBar, Rows, Summary};
    use ringfence_import::Format;

    #[test]
    fn the_bar_of_a_file_that_is_read_whole_moves_with_what_is_taken_of_it() {
        let mailbox = ["1@x", "2@x", "3@x"].map(|id| format!("From - Thu Jan  1 00:00:00 1970\nMessage-ID: <{id}>\n\ntext\n\n")).concat();
        let records = ringfence_import::read(Format::Mbox, mailbox.as_bytes(), "mail");
        let bar = ProgressBar::hidden();
        let mut rows = Rows { records, bytes: std::sync::Arc::default(), bar: bar.clone(), handed_out: None, summary: Summary::default() };
        for position in 1..=3 {
            rows.next().unwrap().unwrap();
            assert_eq!((bar.position(), bar.length()), (position, Some(3)));
        }
    }
}
