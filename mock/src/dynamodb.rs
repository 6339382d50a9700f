//! The embedded `DynamoDB`: dynoxide (`SQLite` behind `DynamoDB`'s wire protocol) in a thread of its own, since `SQLite`
//! blocks. The tables are the template's. It listens on an inner port; everybody's is the guard's, in the same thread.

mod guard;
mod request;
mod stream;

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use dynoxide::Database;
use serde_json::{Value, json};
use shared::clock::Clock;
use tokio::sync::watch;

use self::request::request;
pub(crate) use self::stream::{Number, Stream, StreamRecord};
use crate::Error;
use crate::data::Folder;
use crate::iam::Iam;
use crate::server::{Patience, dropped};
use crate::tell;
use crate::template::Table;

/// The time that running requests still have once the service ends.
const GRACE: Duration = Duration::from_secs(2);

/// Where it is reached, and how long it waits for who comes.
pub(crate) struct Doors {
    /// The environments name the address of the first.
    pub(crate) listeners: Vec<tokio::net::TcpListener>,
    pub(crate) patience: Patience,
}

/// A running `DynamoDB`. It ends when the value is dropped, and has ended when [`DynamoDb::shutdown`] returns.
pub(crate) struct DynamoDb {
    address: SocketAddr,
    database: Database,
    written: watch::Sender<()>,
    stop: watch::Sender<()>,
    thread: JoinHandle<()>,
}

impl DynamoDb {
    /// Opens the database, creates the missing ones of `tables`, and serves the calls that `iam` allows.
    pub(crate) fn start(
        doors: Doors,
        folder: Option<&Folder>,
        tables: &[Table],
        clock: Clock,
        sweep_every: Option<Duration>,
        iam: Arc<Iam>,
    ) -> Result<Self, Error> {
        let database = open(folder, clock)?;
        for table in tables {
            if !prepare(&database, table).map_err(Error::Database)? {
                let folder = folder.map(|folder| folder.path().to_owned()).unwrap_or_default();
                return Err(Error::Outdated(folder, table.name.clone()));
            }
        }
        let failed = |error: io::Error| Error::Database(error.to_string());
        let Doors { listeners, patience } = doors;
        // Out of this runtime, into the thread's own.
        let listeners: Vec<_> =
            listeners.into_iter().map(tokio::net::TcpListener::into_std).collect::<Result<_, _>>().map_err(failed)?;
        let address = listeners.first().map_or(Err(io::ErrorKind::NotFound.into()), TcpListener::local_addr);
        let address = address.map_err(failed)?;
        let inner = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(failed)?;
        inner.set_nonblocking(true).map_err(failed)?;
        let (stop, stopped) = watch::channel(());
        let written = watch::Sender::new(());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
        let served = database.clone();
        let thread = std::thread::Builder::new().name("dynamodb".into());
        let listeners = Listeners { guard: listeners, patience, database: inner };
        let watched = written.clone();
        let thread =
            thread.spawn(move || runtime.block_on(serve(listeners, served, stopped, sweep_every, iam, watched)));
        Ok(Self { address, database, written, stop, thread: thread.map_err(failed)? })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Deletes what has expired, as `DynamoDB` does within some days. Gives the number of items.
    pub(crate) fn sweep(&self) -> Result<usize, Error> {
        let swept = self.database.sweep_ttl().map_err(|error| Error::Database(error.to_string()));
        self.written.send_replace(());
        swept
    }

    /// Forgets all readers of that table's stream but these.
    pub(crate) fn keep_readers(&self, table: &str, readers: &[String]) -> Result<(), Error> {
        stream::forget_others(&self.database, table, readers).map_err(Error::Database)
    }

    /// The stream of that table, which must have one, for the reader of that name.
    pub(crate) fn stream(&self, table: &str, reader: &str) -> Stream {
        Stream::new(self.database.clone(), table, reader)
    }

    /// Changes whenever something may have been written.
    pub(crate) fn written(&self) -> watch::Receiver<()> {
        self.written.subscribe()
    }

    /// Ends the service and closes the database.
    pub(crate) async fn shutdown(self) {
        let Self { stop, thread, database, .. } = self;
        drop(stop);
        // A panic of that thread was printed when it happened; there is nothing more to do about it here.
        let _ = tokio::task::spawn_blocking(move || thread.join().map(|()| drop(database))).await;
    }
}

struct Listeners {
    guard: Vec<TcpListener>,
    patience: Patience,
    database: TcpListener,
}

/// Returning ends the runtime, and with it every connection and its handle to the database.
async fn serve(
    listeners: Listeners,
    database: Database,
    stopped: watch::Receiver<()>,
    sweep_every: Option<Duration>,
    iam: Arc<Iam>,
    written: watch::Sender<()>,
) {
    let Listeners { guard, patience, database: inner } = listeners;
    let Ok(address) = inner.local_addr() else { return };
    let guard: io::Result<Vec<_>> = guard.into_iter().map(tokio::net::TcpListener::from_std).collect();
    let (Ok(guard), Ok(inner)) = (guard, tokio::net::TcpListener::from_std(inner)) else { return };
    if let Some(pause) = sweep_every {
        tokio::spawn(sweep(database.clone(), pause, written.clone()));
    }
    let late = {
        let stopped = stopped.clone();
        async move {
            dropped(stopped).await;
            tokio::time::sleep(GRACE).await;
        }
    };
    // Whatever is asked of the database is asked by the guard: when that has answered its last request, nothing is left.
    tokio::select! {
        () = guard::serve(guard, address, iam, patience, written, stopped) => {}
        _ = dynoxide::server::serve_with_shutdown(inner, database, std::future::pending()) => {}
        () = late => {}
    }
}

async fn sweep(database: Database, pause: Duration, written: watch::Sender<()>) {
    let mut next = pause;
    loop {
        tokio::time::sleep(next).await;
        let started = Instant::now();
        if let Err(error) = database.sweep_ttl() {
            tell(format_args!("the embedded DynamoDB cannot delete what has expired: {error}"));
        }
        written.send_replace(());
        // A sweep reads everything: a large table is not worth more than a twentieth of the time.
        next = pause.max(started.elapsed() * 20);
    }
}

fn open(folder: Option<&Folder>, clock: Clock) -> Result<Database, Error> {
    let Some(folder) = folder else {
        let database = Database::memory_with_clock(Arc::new(SweepClock(clock)))
            .map_err(|error| Error::Database(error.to_string()))?;
        stream::prepare_memory(&database).map_err(Error::Database)?;
        return Ok(database);
    };
    let path = folder.file("dynamodb.sqlite");
    let unusable = |error: dynoxide::DynoxideError| Error::Data(path.clone(), std::io::Error::other(error.to_string()));
    let database = Database::new(&path.to_string_lossy()).map_err(unusable)?;
    // `synchronous = NORMAL`: six times the updates a second, and still safe against a crash of the process.
    database.disable_bulk_loading().map_err(unusable)?;
    stream::prepare_file(&path.to_string_lossy()).map_err(Error::Database)?;
    Ok(database)
}

/// Creates the table if it is missing. Gives whether the table that is there fits.
fn prepare(database: &Database, table: &Table) -> Result<bool, String> {
    let existing = database.list_tables(request(json!({}))?).map_err(|error| error.to_string())?;
    if !existing.table_names.contains(&table.name) {
        let create = request(serde_json::to_value(table).map_err(|error| error.to_string())?)?;
        database.create_table(create).map_err(|error| error.to_string())?;
    }
    let described = describe(database, table)?;
    if shape(&described) != shape(table) {
        return Ok(false);
    }
    if described.stream != table.stream {
        let specification = match &table.stream {
            Some(stream) => json!({"StreamEnabled": true, "StreamViewType": stream.stream_view_type}),
            None => json!({"StreamEnabled": false}),
        };
        let update = json!({"TableName": table.name, "StreamSpecification": specification});
        database.update_table(request(update)?).map_err(|error| error.to_string())?;
    }
    let name = json!({"TableName": table.name});
    let ttl = database.describe_time_to_live(request(name)?).map_err(|error| error.to_string())?;
    let ttl = serde_json::to_value(ttl).map_err(|error| error.to_string())?["TimeToLiveDescription"].take();
    let active = (ttl["TimeToLiveStatus"] == "ENABLED").then(|| ttl["AttributeName"].as_str()).flatten();
    let wanted = table.ttl.as_ref().filter(|ttl| ttl.enabled).map(|ttl| ttl.attribute_name.as_str());
    if active != wanted {
        // The old attribute first: DynamoDB has one at a time.
        for (attribute, enabled) in [(active, false), (wanted, true)] {
            let Some(attribute) = attribute else { continue };
            let specification = json!({"AttributeName": attribute, "Enabled": enabled});
            let update = json!({"TableName": table.name, "TimeToLiveSpecification": specification});
            database.update_time_to_live(request(update)?).map_err(|error| error.to_string())?;
        }
    }
    Ok(true)
}

/// The existing table.
fn describe(database: &Database, table: &Table) -> Result<Table, String> {
    let name = json!({"TableName": table.name});
    let described = database.describe_table(request(name)?).map_err(|error| error.to_string())?;
    let mut described = serde_json::to_value(described).map_err(|error| error.to_string())?["Table"].take();
    if described["GlobalSecondaryIndexes"].is_null() {
        described["GlobalSecondaryIndexes"] = json!([]);
    }
    if described["StreamSpecification"]["StreamEnabled"] != true {
        described["StreamSpecification"] = Value::Null;
    }
    serde_json::from_value(described).map_err(|error| error.to_string())
}

/// Keys, key types and indexes, sorted: they cannot change without losing the items.
fn shape(table: &Table) -> Value {
    let mut attributes = table.attribute_definitions.clone();
    attributes.sort();
    let mut indexes: Vec<_> = table.global_secondary_indexes.iter().collect();
    indexes.sort_by(|a, b| a.name.cmp(&b.name));
    let indexes: Vec<_> = indexes.iter().map(|index| json!([index.name, index.key_schema, index.projection])).collect();
    json!([table.key_schema, attributes, indexes])
}

/// Items expire by the clock of the service, which a test sets.
struct SweepClock(Clock);

impl dynoxide::storage_backend::Clock for SweepClock {
    fn now_unix_secs(&self) -> u64 {
        u64::try_from(self.0.now().as_second()).unwrap_or_default()
    }

    fn now_unix_secs_f64(&self) -> f64 {
        self.0.now().as_duration().as_secs_f64()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use jiff::Timestamp;

    use super::*;
    use crate::data::tests::Scratch;
    use crate::template::Template;

    fn tables() -> Vec<Table> {
        template().tables
    }

    fn template() -> Template {
        Template::parse(include_str!("template/fixture.yaml"), &HashMap::new()).unwrap()
    }

    async fn start(folder: Option<&Folder>, tables: &[Table]) -> Result<DynamoDb, Error> {
        let clock = Clock::new(|| Timestamp::from_second(1_000).unwrap());
        let listeners = vec![tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap()];
        let (doors, iam) =
            (Doors { listeners, patience: Patience::default() }, Arc::new(Iam::new(&template()).unwrap()));
        DynamoDb::start(doors, folder, tables, clock, None, iam)
    }

    #[tokio::test]
    async fn sweeps_by_the_given_clock() {
        let dynamodb = start(None, &tables()).await.unwrap();
        for (key, expires_at) in [("past", "999"), ("future", "1001")] {
            let item = json!({"pk": {"S": key}, "sk": {"S": "-"}, "expires_at": {"N": expires_at}});
            let put = request(json!({"TableName": "UsersTable", "Item": item})).unwrap();
            dynamodb.database.put_item(put).unwrap();
        }
        assert_eq!(dynamodb.sweep().unwrap(), 1);
        assert_eq!(dynamodb.sweep().unwrap(), 0);
        dynamodb.shutdown().await;
    }

    #[tokio::test]
    async fn a_folder_keeps_its_tables_and_notices_other_keys() {
        let scratch = Scratch::new();
        let folder = Folder::open(&scratch.0).unwrap();
        let mut tables = tables();
        start(Some(&folder), &tables).await.unwrap().shutdown().await;
        start(Some(&folder), &tables).await.unwrap().shutdown().await;

        tables[0].ttl = None;
        start(Some(&folder), &tables).await.unwrap().shutdown().await;

        tables[0].global_secondary_indexes[0].key_schema.pop();
        let fault = start(Some(&folder), &tables).await.err().unwrap().to_string();
        assert!(fault.starts_with("the table EventsTable does not fit the template any more: delete"), "{fault}");
    }

    /// Otherwise each write would read the whole stream.
    #[tokio::test]
    async fn the_next_number_of_a_stream_and_what_comes_after_one_are_found_by_an_index() {
        let scratch = Scratch::new();
        let folder = Folder::open(&scratch.0).unwrap();
        start(Some(&folder), &tables()).await.unwrap().shutdown().await;
        let file = rusqlite::Connection::open(folder.file("dynamodb.sqlite")).unwrap();
        for query in [
            "SELECT COALESCE(MAX(CAST(sequence_number AS INTEGER)), 0) + 1 FROM _stream_records WHERE table_name = 'T'",
            "SELECT * FROM _stream_records WHERE table_name = 'T' AND shard_id = 'S' \
             AND CAST(sequence_number AS INTEGER) > 1 ORDER BY CAST(sequence_number AS INTEGER) LIMIT 9",
        ] {
            let plan =
                file.query_row(&format!("EXPLAIN QUERY PLAN {query}"), [], |row| row.get::<_, String>(3)).unwrap();
            assert!(
                plan.starts_with("SEARCH _stream_records USING ") && plan.contains("_stream_records_in_order"),
                "{plan}"
            );
        }
    }

    #[tokio::test]
    async fn a_table_that_dynamodb_would_refuse() {
        let mut tables = tables();
        tables[1].attribute_definitions.pop();
        let fault = start(None, &tables).await.err().unwrap().to_string();
        assert!(fault.starts_with("the embedded DynamoDB refuses: "), "{fault}");
    }
}
