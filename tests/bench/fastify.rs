//! What a user would pick instead: Fastify with pg, one process, the same row read by key, without tenant, token or trail; and the same in a
//! transaction that names its tenant.

use crate::stage::{OPEN_DATABASE, Stage};
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

pub struct Fastify {
    address: SocketAddr,
    child: Child,
}

impl Fastify {
    pub fn start(stage: &Stage) -> Self {
        let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/bench/fastify"));
        if !folder.join("node_modules/fastify").exists() {
            let installed = Command::new("npm").args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(folder).stdout(Stdio::null()).status().expect("npm");
            assert!(installed.success(), "npm could not install what stands in {}", folder.join("package-lock.json").display());
        }
        let mut child = Command::new("node")
            .arg("server.js")
            .current_dir(folder)
            .env("NODE_ENV", "production")
            .env("DATABASE_URL", stage.server.url("ringfence_app", OPEN_DATABASE))
            .env("TENANT_ID", stage.tenant.to_string())
            .stdout(Stdio::piped())
            .spawn()
            .expect("node");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("a line");
        let address = line.trim().rsplit_once("http://").and_then(|(_, address)| address.parse().ok()).unwrap_or_else(|| panic!("Fastify did not start: {line}"));
        Self { address, child }
    }

    pub const fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Fastify {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
