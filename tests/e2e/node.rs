//! Runs the scripts of this folder with the Node that its lock file pins. It never installs anything: `make e2e` does, before.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("e2e")
}

/// Node with its arguments, in this folder.
pub fn node(arguments: &[&str]) -> Command {
    let architecture = if cfg!(target_arch = "aarch64") { "arm64" } else { "x64" };
    let binary = folder().join(format!("node_modules/node-linux-{architecture}/bin/node"));
    assert!(binary.exists(), "{} is missing: run the tests with 'make e2e' or 'make test', which install it", binary.display());
    let mut command = Command::new(binary);
    command.args(arguments).current_dir(folder());
    command
}

/// What a command printed, once it has ended well.
pub async fn printed(mut command: Command) -> String {
    let output = tokio::task::spawn_blocking(move || command.output().expect("started")).await.unwrap();
    let (said, complained) = (String::from_utf8_lossy(&output.stdout).into_owned(), String::from_utf8_lossy(&output.stderr).into_owned());
    assert!(output.status.success(), "{}\n{said}\n{complained}", output.status);
    said
}

/// A script that goes on until this is dropped.
pub struct Lasting(Child);

impl Lasting {
    /// Starts it and waits for its line 'ready'.
    pub async fn start(mut command: Command) -> Self {
        tokio::task::spawn_blocking(move || {
            let mut child = command.stdout(Stdio::piped()).spawn().expect("started");
            let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
            assert!(lines.any(|line| line == "ready"), "{command:?} ended before it was ready");
            // What it says later is read and forgotten: a pipe that nobody empties would stop it.
            std::thread::spawn(move || lines.for_each(drop));
            Self(child)
        })
        .await
        .unwrap()
    }
}

impl Drop for Lasting {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}
