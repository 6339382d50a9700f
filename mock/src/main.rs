//! `cargo run`: the local AWS, until Ctrl-C.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use mock::{Data, Error, LocalService, Options, Patience, TemplateFile, lines, tell};
use shared::clock::Clock;
use shared::log::Log;

/// The API with its database and its mail service, on this machine and with nothing to install.
#[derive(Parser)]
#[command(bin_name = "cargo run --", version)]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
struct Arguments {
    /// Where the API and the mailbox page listen; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:3000", value_name = "ADDRESS")]
    addr: SocketAddr,
    /// Where the database listens
    #[arg(long, default_value = "127.0.0.1:8000", value_name = "ADDRESS")]
    dynamodb: SocketAddr,
    /// Let functions in Docker's containers in (`sam local`): on Linux, listen on Docker's bridge too, and nowhere else
    #[arg(long)]
    docker: bool,
    /// The folder that keeps users, events and mails [default: target/local]
    #[arg(long, value_name = "FOLDER", conflicts_with = "in_memory")]
    data: Option<PathBuf>,
    /// Keep nothing
    #[arg(long)]
    in_memory: bool,
    /// The SAM template to serve [default: template.yaml]
    #[arg(long, value_name = "FILE")]
    template: Option<PathBuf>,
    /// The front end's page that confirmation links open
    #[arg(long, value_name = "URL")]
    frontend_url: Option<String>,
    /// The front end's page that links for a new password open
    #[arg(long, value_name = "URL")]
    password_reset_url: Option<String>,
    /// Slow nobody down and count no mails, for load tests
    #[arg(long)]
    no_limits: bool,
    /// Show the functions' own log too, as CloudWatch gets it
    #[arg(long)]
    log: bool,
}

impl Arguments {
    fn options(self) -> Options {
        let data = self.data.unwrap_or_else(Options::default_data);
        let pages = [("FrontendUrl", self.frontend_url), ("PasswordResetUrl", self.password_reset_url)];
        let pages = pages.into_iter().filter_map(|(name, url)| Some((name, url?)));
        let limits = self.no_limits.then(|| ("Limits", "off".to_owned()));
        let parameters = pages.chain(limits).map(|(name, value)| (name.to_owned(), value)).collect();
        let template = self.template.map_or_else(Options::default_template, TemplateFile::new);
        Options {
            api_addr: self.addr,
            dynamodb_addr: self.dynamodb,
            bridge: self.docker.then(mock::bridge).flatten(),
            patience: Patience::default(),
            data: if self.in_memory { Data::Memory } else { Data::Dir(data) },
            secret: Options::shared_secret(&template),
            secret_versions: BTreeMap::new(),
            template,
            parameters,
            env: HashMap::new(),
            clock: Clock::system(),
            sweep_every: Some(Duration::from_secs(1)),
            stream_pause: Duration::from_millis(50),
            log: true,
            function_log: if self.log { Log::stderr() } else { Log::new(show_trouble) },
        }
    }
}

/// Of the functions' log, shows what a person should look at.
fn show_trouble(line: &str) {
    if !line.contains(r#""level":"INFO""#) {
        tell(line);
    }
}

fn main() -> ExitCode {
    let options = Arguments::parse().options();
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error.to_string()),
    };
    match runtime.block_on(run(options)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error.to_string()),
    }
}

fn fail(line: &str) -> ExitCode {
    tell(format_args!("error: {line}"));
    ExitCode::FAILURE
}

async fn run(options: Options) -> Result<(), Error> {
    let addresses = [("--addr", options.api_addr), ("--dynamodb", options.dynamodb_addr)];
    let data = options.data.clone();
    // Before anything is up: whoever sees the banner may end the service at once.
    let ended = ended().map_err(Error::Signals)?;
    let service = LocalService::start(options).await?;
    service.write_env_file()?;
    for (flag, address) in addresses.into_iter().filter(|(_, address)| !address.ip().is_loopback()) {
        let warning = "can be reached from other machines, mails and password hashes included";
        tell(format_args!("warning: {flag} {address} {warning}"));
    }
    // A closed pipe (`cargo run | head`) is no reason to end.
    let mut stdout = std::io::stdout();
    let _ = stdout.write_all(banner(&service, &data).as_bytes()).and_then(|()| stdout.flush());
    ended.await;
    service.shutdown().await;
    Ok(())
}

fn banner(service: &LocalService, data: &Data) -> String {
    let api = service.api_url();
    let kept = match data {
        Data::Dir(folder) => folder.display().to_string(),
        Data::Memory => "nowhere: all is gone at the end".to_owned(),
    };
    let mut text = format!(
        "API      {api}\nPage     {api}/\nMailbox  {api}/_local/\nExplorer {api}/_local/docs\nData     {kept}\n\n"
    );
    for (method, path, function) in service.routes() {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "  {method:<6} {path:<24} {function}");
    }
    text += "\nOther tools reach the same database and mail service with these variables";
    if let Data::Dir(folder) = data {
        let _ = write!(text, " (`cargo lambda watch --env-file {}`)", folder.join("env").display());
    }
    text + ":\n\n" + &lines(&service.variables(), "export ") + "\nCtrl-C ends it.\n"
}

/// Ctrl-C, or what `kill` and a service manager send. Listens from the call on, not only once it is awaited.
#[cfg(unix)]
fn ended() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};

    let (mut interrupted, mut terminated) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupted.recv() => {}
            _ = terminated.recv() => {}
        }
    })
}

/// Ctrl-C.
#[cfg(not(unix))]
fn ended() -> std::io::Result<impl Future<Output = ()>> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}
