//! Turns a bearer token into a VerifiedIdentity; the only maker of one.
