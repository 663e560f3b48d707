//! HTTP: routes, problems, one folder a resource. Phrases what the database decided.
