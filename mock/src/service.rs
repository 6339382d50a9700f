//! Puts the parts together: template, database, mailbox, functions, gateway.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use shared::aws;
use shared::clock::Clock;
use shared::config::{ConfigError, Env};
use shared::lambda::{Endpoint, StreamEndpoint};
use shared::log::Log;
use tokio::net::TcpListener;
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

use crate::arn::REGION;
use crate::data::{Folder, secrets};
use crate::dynamodb::{Doors, DynamoDb};
use crate::environment::{self, Endpoints, union};
use crate::gateway::{self, Gateway, Local, Routes, SES_PATH, Started};
use crate::iam::{Grant, Iam, UNRESTRICTED};
use crate::server::Patience;
use crate::streams::{self, Common, DeadLetters, Streams, StreamsHeld};
use crate::template::{Function, Template, TemplateFile, version_of};
use crate::{Data, Error, Mailbox};

/// The time that running requests still have once the service ends.
const GRACE: Duration = Duration::from_secs(5);

/// How the local service is to run.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where the API listens. Port 0 chooses a free one.
    pub api_addr: SocketAddr,
    /// Where `DynamoDB` listens.
    pub dynamodb_addr: SocketAddr,
    /// Where both listen besides, with the same ports, for containers: the address of [`crate::bridge`]. An address of theirs that
    /// other machines reach is left as it is.
    pub bridge: Option<IpAddr>,
    /// How long both wait for a client.
    pub patience: Patience,
    /// Where users, events and mails are kept.
    pub data: Data,
    /// The SAM template to serve.
    pub template: TemplateFile,
    /// Values for the template's parameters, in place of their defaults.
    pub parameters: HashMap<String, String>,
    /// Variables for every function, which win over the template's.
    pub env: HashMap<String, String>,
    /// The value of the template's secrets. Without one they are drawn by chance, and kept in the folder.
    pub secret: Option<String>,
    /// The values of their other versions, by the versions' ids. A template that refers to none of them does not start.
    pub secret_versions: BTreeMap<String, String>,
    /// The time, for the functions, the mails, the expiry of items and the age of records. (In a folder, the last two go by the machine's.)
    pub clock: Clock,
    /// How often expired items are deleted; never, unless [`LocalService::sweep`] is called, if there is no value.
    pub sweep_every: Option<Duration>,
    /// The pause before records of a stream are handed to a function again that has failed. It doubles each time, up to forty times
    /// its length.
    pub stream_pause: Duration,
    /// Whether each request gets a line on stderr.
    pub log: bool,
    /// Where the functions log.
    pub function_log: Log,
}

impl Options {
    /// Free ports on the loopback interface, nothing kept, nothing logged, nothing swept: a service for one test.
    #[must_use]
    pub fn in_memory(clock: Clock) -> Self {
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        Self {
            api_addr: any,
            dynamodb_addr: any,
            bridge: None,
            patience: Patience::default(),
            data: Data::Memory,
            template: Self::default_template(),
            parameters: HashMap::new(),
            env: HashMap::new(),
            secret: None,
            secret_versions: BTreeMap::new(),
            clock,
            sweep_every: None,
            stream_pause: Duration::from_millis(1),
            log: false,
            function_log: Log::new(|_| {}),
        }
    }

    /// `template.yaml` in the current folder, else the one of the workspace that this crate was built from.
    #[must_use]
    pub fn default_template() -> TemplateFile {
        let here = PathBuf::from("template.yaml");
        TemplateFile::new(if here.is_file() { here } else { workspace().join("template.yaml") })
    }

    /// The key in `events/env.json` beside the template, which `sam local` is given as well: so each takes the tokens of
    /// the other. None if there is no such file, or no key in it.
    #[must_use]
    pub fn shared_secret(template: &TemplateFile) -> Option<String> {
        let file = std::fs::read(template.path().with_file_name("events").join("env.json")).ok()?;
        let file: serde_json::Value = serde_json::from_slice(&file).ok()?;
        file["Parameters"]["TOKEN_KEYS"].as_str().map(str::to_owned)
    }

    /// `target/local` in the workspace.
    #[must_use]
    pub fn default_data() -> PathBuf {
        workspace().join("target/local")
    }
}

fn workspace() -> &'static Path {
    let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    crate_folder.parent().unwrap_or(crate_folder)
}

/// The running local AWS. Dropping it ends it; [`LocalService::shutdown`] also waits until it has ended.
pub struct LocalService {
    api: SocketAddr,
    streams: Streams,
    dead_letters: DeadLetters,
    dynamodb: DynamoDb,
    mailbox: Mailbox,
    iam: Arc<Iam>,
    environments: BTreeMap<&'static str, HashMap<String, String>>,
    memory: BTreeMap<&'static str, u64>,
    routes: Vec<(String, String, String)>,
    kill: Arc<Notify>,
    // Before the folder, so that the next instance finds it free only when the gateway is told to end.
    stop: watch::Sender<()>,
    serving: JoinHandle<()>,
    folder: Option<Folder>,
}

impl LocalService {
    /// Starts everything.
    ///
    /// # Errors
    /// One line that says what is wrong: see [`Error`].
    pub async fn start(options: Options) -> Result<Self, Error> {
        Self::start_with(options, &functions::ENDPOINTS, &functions::STREAM_ENDPOINTS).await
    }

    pub(crate) async fn start_with(
        options: Options,
        endpoints: &[Endpoint],
        consumers: &[StreamEndpoint],
    ) -> Result<Self, Error> {
        let template = Template::read(&options.template, &options.parameters)?;
        let faulty = |fault| options.template.fault(fault);
        let names: Vec<_> = endpoints.iter().map(|endpoint| endpoint.name).collect();
        let consumer_names: Vec<_> = consumers.iter().map(|consumer| consumer.name).collect();
        template.check_functions(&names, &consumer_names).map_err(faulty)?;
        let iam = Arc::new(Iam::new(&template).map_err(faulty)?);

        let (api_listeners, api) = listen("--addr", options.api_addr, options.bridge).await?;
        let (listeners, dynamodb_address) = listen("--dynamodb", options.dynamodb_addr, options.bridge).await?;
        let folder = match &options.data {
            Data::Dir(path) => Some(Folder::open(path)?),
            Data::Memory => None,
        };
        let mut secrets = match &options.secret {
            Some(secret) => template.secrets.iter().map(|arn| (arn.clone(), secret.clone())).collect(),
            None => secrets(folder.as_ref(), &template.secrets)?,
        };
        for (version, value) in &options.secret_versions {
            secrets.extend(template.secrets.iter().map(|arn| (version_of(arn, version), value.clone())));
        }
        let mailbox = match &folder {
            Some(folder) => Mailbox::in_folder(options.clock.clone(), folder)?,
            None => Mailbox::in_memory(options.clock.clone()),
        };
        let dead_letters = folder.as_ref().map_or(Ok(DeadLetters::default()), DeadLetters::in_folder)?;
        let doors = Doors { listeners, patience: options.patience };
        let (tables, clock) = (&template.tables, &options.clock);
        let sweep_every = options.sweep_every;
        let dynamodb = DynamoDb::start(doors, folder.as_ref(), tables, clock.clone(), sweep_every, Arc::clone(&iam))?;

        let urls = Endpoints { dynamodb: url(dynamodb_address), ses: url(api) + SES_PATH, api: url(api) };
        let (mut environments, mut memory) = (BTreeMap::new(), BTreeMap::new());
        let mut starter = Starter {
            template: &template,
            options: &options,
            secrets: &secrets,
            urls: &urls,
            environments: &mut environments,
            memory: &mut memory,
        };
        let mut routes = Routes::default();
        let mut started = Vec::new();
        // In the order in which a user meets them, which a YAML map does not have.
        for Endpoint { name, start } in endpoints {
            let Some((function, handler)) = starter.start(name, *start)? else { continue };
            for route in &function.routes {
                routes.add(route, started.len()).map_err(|fault| faulty(format!("{}.Events: {fault}", function.id)))?;
            }
            started.push(Started { name, handler, timeout_seconds: function.timeout_seconds });
        }
        let mut consuming = Vec::new();
        for StreamEndpoint { name, start } in consumers {
            let Some((function, consumer)) = starter.start(name, *start)? else { continue };
            consuming.push(streams::Consuming { function, consumer });
        }
        let listed = routes
            .iter()
            .map(|(route, place)| (route.method.clone(), route.path.clone(), started[*place].name.to_owned()));
        let listed: Vec<_> = listed.collect();

        let (stop, stopped) = watch::channel(());
        let kill = Arc::new(Notify::new());
        let common = Common {
            // In a folder, records are stamped by the machine's.
            clock: if folder.is_some() { Clock::system() } else { options.clock.clone() },
            kill: Arc::clone(&kill),
            pause: options.stream_pause,
            dead_letters: dead_letters.clone(),
        };
        let streams = Streams::start(&dynamodb, &template.tables, &consuming, &common)?;
        let gateway = Gateway {
            patience: options.patience,
            routes,
            functions: started,
            cors: template.cors,
            local: Local {
                address: api,
                mailbox: mailbox.clone(),
                dead_letters: dead_letters.clone(),
                iam: Arc::clone(&iam),
                routes: listed.clone(),
            },
            clock: options.clock.clone(),
            log: options.log,
            kill: Arc::clone(&kill),
        };
        let serving = tokio::spawn(gateway::serve(api_listeners, gateway, stopped));
        Ok(Self {
            api,
            streams,
            dead_letters,
            dynamodb,
            mailbox,
            iam,
            environments,
            memory,
            routes: listed,
            kill,
            stop,
            serving,
            folder,
        })
    }

    /// The API's address, such as `http://127.0.0.1:3000`.
    #[must_use]
    pub fn api_url(&self) -> String {
        url(self.api)
    }

    /// The address of `DynamoDB`.
    #[must_use]
    pub fn dynamodb_url(&self) -> String {
        url(self.dynamodb.address())
    }

    /// The address of SES.
    #[must_use]
    pub fn ses_url(&self) -> String {
        self.api_url() + SES_PATH
    }

    /// The mails that were sent, and the switch that makes sending fail.
    #[must_use]
    pub fn mailbox(&self) -> &Mailbox {
        &self.mailbox
    }

    /// The environment of the function with this binary; empty if there is none. Its keys sign calls as that function.
    #[must_use]
    pub fn environment(&self, function: &str) -> HashMap<String, String> {
        self.environments.get(function).cloned().unwrap_or_default()
    }

    /// Every variable that any function has, with keys that may do everything.
    #[must_use]
    pub fn variables(&self) -> BTreeMap<String, String> {
        union(self.environments.values())
    }

    /// The memory of the function with this binary in MB; 0 if there is none.
    #[must_use]
    pub fn memory(&self, function: &str) -> u64 {
        self.memory.get(function).copied().unwrap_or_default()
    }

    /// Method, path and function of each route, in the order in which a user meets them.
    #[must_use]
    pub fn routes(&self) -> &[(String, String, String)] {
        &self.routes
    }

    /// Writes [`LocalService::variables`] to the file `env` of the data folder, for `cargo lambda watch --env-file`.
    pub fn write_env_file(&self) -> Result<(), Error> {
        self.folder.as_ref().map_or(Ok(()), |folder| folder.write("env", &crate::lines(&self.variables(), "")))
    }

    /// Waits until the functions of streams have done, or given up, all that was written before. What they write themselves is not waited
    /// for.
    ///
    /// # Errors
    /// When a stream cannot be read.
    pub async fn settle(&self) -> Result<(), Error> {
        self.streams.settle().await
    }

    /// Calls no function of a stream any more until the result is dropped. What is written meanwhile comes to them then. A function that
    /// is running is waited for.
    pub async fn hold_streams(&self) -> StreamsHeld {
        self.streams.hold().await
    }

    /// What the functions of streams have given up, oldest first: what Lambda sends to the queue of their `OnFailure`.
    #[must_use]
    pub fn dead_letters(&self) -> Vec<serde_json::Value> {
        self.dead_letters.all()
    }

    /// A call of the result ends all running functions, as Lambda does when they run out of time or memory: no code of theirs runs any
    /// more, their clients get a `500`, and their records are handed over again.
    pub fn killer(&self) -> impl Fn() + Send + Sync + 'static {
        let kill = Arc::clone(&self.kill);
        move || kill.notify_waiters()
    }

    /// A client of the database that may do everything, to look at the items themselves.
    ///
    /// # Panics
    /// Never: what it is made of is constant.
    #[must_use]
    #[allow(clippy::expect_used, reason = "what it is made of is constant")]
    pub fn dynamodb_client(&self) -> aws_sdk_dynamodb::Client {
        let config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(REGION))
            .credentials_provider(Credentials::new(UNRESTRICTED, "local", None, None, "local"))
            .http_client(aws::http_client(&Env::table(HashMap::new())).expect("the embedded authorities"))
            .endpoint_url(self.dynamodb_url());
        aws_sdk_dynamodb::Client::from_conf(config.build())
    }

    /// The stream of that table, for a reader who is not remembered.
    #[cfg(test)]
    pub(crate) fn stream(&self, table: &str) -> crate::dynamodb::Stream {
        self.dynamodb.stream(table, "")
    }

    /// All permissions of the functions.
    #[must_use]
    pub fn grants(&self) -> BTreeSet<Grant> {
        self.iam.grants()
    }

    /// The permissions that the functions have used so far.
    #[must_use]
    pub fn used_grants(&self) -> BTreeSet<Grant> {
        self.iam.used()
    }

    /// The refused calls so far, each with what is missing in the template.
    #[must_use]
    pub fn refusals(&self) -> Vec<String> {
        self.iam.refusals()
    }

    /// Deletes the items that have expired, as `DynamoDB` does within some days. Gives their number.
    pub fn sweep(&self) -> Result<usize, Error> {
        self.dynamodb.sweep()
    }

    /// Ends the service: the requests under way are answered, the database is closed, the folder is free.
    pub async fn shutdown(self) {
        let Self { stop, mut serving, streams, dynamodb, folder, .. } = self;
        drop(stop);
        if tokio::time::timeout(GRACE, &mut serving).await.is_err() {
            serving.abort();
        }
        streams.shutdown().await;
        dynamodb.shutdown().await;
        drop(folder);
    }
}

/// Starts functions, and keeps with what.
struct Starter<'a> {
    template: &'a Template,
    options: &'a Options,
    secrets: &'a BTreeMap<String, String>,
    urls: &'a Endpoints,
    environments: &'a mut BTreeMap<&'static str, HashMap<String, String>>,
    memory: &'a mut BTreeMap<&'static str, u64>,
}

impl<'a> Starter<'a> {
    /// Starts the function with that binary, if there is one. Gives what the template says of it, and what was started.
    fn start<T>(
        &mut self,
        binary: &'static str,
        start: fn(&Env, Clock, Log) -> Result<T, ConfigError>,
    ) -> Result<Option<(&'a Function, T)>, Error> {
        let Self { template, options, secrets, urls, environments, memory } = self;
        let Some(function) = template.functions.iter().find(|function| function.binary == binary) else {
            return Ok(None);
        };
        let environment = environment::of_function(function, secrets, urls, &options.env)
            .map_err(|fault| options.template.fault(fault))?;
        let started = start(&Env::table(environment.clone()), options.clock.clone(), options.function_log.clone())
            .map_err(|error| Error::Function(binary, error))?;
        environments.insert(binary, environment);
        memory.insert(binary, function.memory_mb);
        Ok(Some((function, started)))
    }
}

/// A service on all addresses is reached by the loopback one.
fn url(mut address: SocketAddr) -> String {
    if address.ip().is_unspecified() {
        address.set_ip(if address.is_ipv4() { Ipv4Addr::LOCALHOST.into() } else { Ipv6Addr::LOCALHOST.into() });
    }
    format!("http://{address}")
}

/// Listens there, and with the same port on the bridge if there is to be one.
async fn listen(
    flag: &'static str,
    address: SocketAddr,
    bridge: Option<IpAddr>,
) -> Result<(Vec<TcpListener>, SocketAddr), Error> {
    let failed = |error| Error::Listen(flag, address, error);
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    let mut listeners = vec![listener];
    if let Some(bridge) = bridge.filter(|_| address.ip().is_loopback()) {
        let bridge = SocketAddr::new(bridge, address.port());
        listeners.push(TcpListener::bind(bridge).await.map_err(|error| Error::Bridge(flag, bridge, error))?);
    }
    Ok((listeners, address))
}
