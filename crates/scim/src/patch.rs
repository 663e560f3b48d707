//! PATCH (RFC 7644, section 3.5.2), with what Entra and Okta send beside it: operations in any case, "True" for true, a dotted name
//! as a key, a removal that lists its values. All operations hold together or none does: the caller keeps what it gave.

mod apply;
mod read;
#[cfg(test)]
mod tests;

pub use apply::apply;
pub use read::operations;

use crate::parse::PatchPath;
use serde_json::Value;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verb {
    Add,
    Replace,
    Remove,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Operation {
    verb: Verb,
    path: PatchPath,
    value: Value,
}
