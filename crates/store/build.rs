//! The binary embeds sql/ and policies/ as folders; a file added to either makes it anew.

fn main() {
    println!("cargo:rerun-if-changed=../../policies");
    println!("cargo:rerun-if-changed=../../sql");
}
