//! Reads tickets of other systems from files. Pure: no database.
