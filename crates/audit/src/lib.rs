//! Audit events and their canonical form. Pure.
