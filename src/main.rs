//! `debrief`: parse and dispatch.

use std::process::ExitCode;

use clap::Parser;
use debrief::cli::{self, Cli};

fn main() -> ExitCode {
    let cli = Cli::parse();
    // One thread serves: the worker waits for vendors, it does not compute. Blocking work has threads of its own.
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            anstream::eprintln!("the runtime could not be started: {error}");
            return ExitCode::FAILURE;
        }
    };
    runtime.block_on(cli::main(cli)).into()
}
