//! The words of a ticket system: ids, tickets, statuses, permissions, refusals. Pure: no input or output.
