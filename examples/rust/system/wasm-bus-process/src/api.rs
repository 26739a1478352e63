use serde::{Deserialize, Serialize};
use std::sync::Arc;
use wasm_bus::macros::*;

/// Where a standard stream goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum StdioMode {
    Piped,
    Inherit,
    Null,
    Log,
}

/// What is to be started.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Spawn {
    pub path: String,
    pub args: Vec<String>,
    pub chroot: bool,
    pub working_dir: Option<String>,
    pub stdin_mode: StdioMode,
    pub stdout_mode: StdioMode,
    pub stderr_mode: StdioMode,
    pub pre_open: Vec<String>,
}

#[wasm_bus(format = "bincode")]
pub trait Pool {
    async fn spawn(
        &self,
        spawn: Spawn,
        stdout: impl Fn(Vec<u8>),
        stderr: impl Fn(Vec<u8>),
        exit: impl Fn(i32),
    ) -> Arc<dyn Process>;
}

#[wasm_bus(format = "bincode")]
pub trait Process {
    async fn work(&self);
    async fn stdin(&self, data: Vec<u8>);
    async fn close_stdin(&self);
    async fn kill(&self);
    async fn flush(&self);
}
