//! A private, unmodified PostgreSQL cluster: found, made, started, stopped, recovered.
