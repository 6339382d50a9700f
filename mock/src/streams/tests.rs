//! Mappings as a function sees them, on the stream of a real table. The test is the function: it takes each call and answers it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{LazyLock, Mutex};

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use serde_json::{Value, json};
use shared::clock::Clock;
use shared::config::{ConfigError, Env};
use shared::lambda::StreamEndpoint;
use shared::log::Log;
use tokio::sync::{mpsc, oneshot};

use super::*;
use crate::data::tests::Scratch;
use crate::{Data, LocalService, Options, TemplateFile};

const TEMPLATE: &str = include_str!("fixture.yaml");

/// When the clock of a test begins.
const BEGIN: i64 = 1_800_000_000;

type BatchAnswer = shared::error::Result<Value>;

/// A call of the function, which waits for its answer.
struct Call {
    event: Value,
    answer: oneshot::Sender<BatchAnswer>,
}

impl Call {
    fn records(&self) -> &Vec<Value> {
        self.event["Records"].as_array().unwrap()
    }

    /// The key of each record.
    fn keys(&self) -> String {
        self.records().iter().map(|record| record["dynamodb"]["Keys"]["pk"]["S"].as_str().unwrap()).collect()
    }

    fn done(self) {
        self.answer.send(Ok(json!({"batchItemFailures": []}))).unwrap();
    }

    fn fail(self) {
        self.answer.send(Err(shared::error::Error::NoSuchEvent)).unwrap();
    }

    /// Does all but the records of these keys.
    fn do_all_but(self, keys: &str) {
        let is_left = |record: &&Value| keys.contains(record["dynamodb"]["Keys"]["pk"]["S"].as_str().unwrap());
        let left = self.records().iter().filter(is_left);
        let left = left.map(|record| json!({"itemIdentifier": record["dynamodb"]["SequenceNumber"]}));
        let answer = json!({"batchItemFailures": left.collect::<Vec<_>>()});
        self.answer.send(Ok(answer)).unwrap();
    }
}

/// Where the function of each test sends its calls, since a function is started without anything of its own.
static STAGES: LazyLock<Mutex<HashMap<String, mpsc::UnboundedSender<Call>>>> = LazyLock::new(Mutex::default);

const WATCH: StreamEndpoint = StreamEndpoint { name: "watch", start: watch_stream };

fn watch_stream(env: &Env, _: Clock, _: Log) -> Result<Consumer, ConfigError> {
    let stage = env.require("STAGE")?;
    let calls = STAGES.lock().unwrap()[&stage].clone();
    Ok(Arc::new(move |event| {
        let calls = calls.clone();
        Box::pin(async move {
            let (answer, answered) = oneshot::channel();
            calls.send(Call { event, answer }).unwrap();
            answered.await.expect("as it should: the test wants a panic")
        })
    }))
}

struct Stage {
    service: LocalService,
    calls: mpsc::UnboundedReceiver<Call>,
    time: Arc<AtomicI64>,
}

impl Stage {
    async fn start() -> Self {
        Self::start_with(TEMPLATE, Data::Memory).await
    }

    async fn start_with(template: &str, data: Data) -> Self {
        let scratch = Scratch::new();
        std::fs::write(&scratch.0, template).unwrap();
        let time = Arc::new(AtomicI64::new(BEGIN));
        let clock = Clock::new({
            let time = Arc::clone(&time);
            move || Timestamp::from_second(time.load(Ordering::SeqCst)).unwrap()
        });
        let (sender, calls) = mpsc::unbounded_channel();
        let stage = uuid::Uuid::new_v4().to_string();
        STAGES.lock().unwrap().insert(stage.clone(), sender);
        let options = Options {
            template: TemplateFile::new(&scratch.0),
            data,
            env: HashMap::from([("STAGE".to_owned(), stage)]),
            ..Options::in_memory(clock)
        };
        let consumers = if template.contains("WatchFunction") { &[WATCH][..] } else { &[] };
        let service = LocalService::start_with(options, &[], consumers).await.unwrap();
        std::fs::remove_file(&scratch.0).unwrap();
        Self { service, calls, time }
    }

    async fn put(&self, key: &str, attributes: &[(&str, AttributeValue)]) {
        let attributes = attributes.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
        let item = attributes.chain([("pk".to_owned(), text(key))]).collect();
        let put = self.service.dynamodb_client().put_item().table_name("ItemsTable").set_item(Some(item));
        put.send().await.unwrap();
    }

    /// Puts an item of each of these keys, of a kind that the function wants to see.
    async fn put_news(&self, keys: &str) {
        for key in keys.chars() {
            self.put(&key.to_string(), &[("kind", text("news"))]).await;
        }
    }

    async fn delete(&self, key: &str) {
        let delete = self.service.dynamodb_client().delete_item().table_name("ItemsTable").key("pk", text(key));
        delete.send().await.unwrap();
    }

    /// The same, all to be seen at once.
    async fn put_news_at_once(&self, keys: &str) {
        let _held = self.service.hold_streams().await;
        self.put_news(keys).await;
    }

    async fn call(&mut self) -> Call {
        self.calls.recv().await.unwrap()
    }

    /// Waits for what was written, and lets no call be forgotten.
    async fn settle(&mut self) {
        self.service.settle().await.unwrap();
        assert!(self.calls.try_recv().is_err());
    }
}

fn text(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

#[tokio::test]
async fn a_function_sees_what_lambda_would_show_it() {
    let mut stage = Stage::start().await;
    stage.settle().await;
    let held = stage.service.hold_streams().await;
    stage.put("a", &[("kind", text("news"))]).await;
    stage.put("b", &[("kind", text("other"))]).await;
    stage.put("a", &[("kind", text("news")), ("n", AttributeValue::N("1".into()))]).await;
    // The same once more is no change.
    stage.put("a", &[("kind", text("news")), ("n", AttributeValue::N("1".into()))]).await;
    stage.delete("a").await;
    drop(held);
    let call = stage.call().await;
    let names: Vec<_> = call.records().iter().map(|record| record["eventName"].as_str().unwrap()).collect();
    assert_eq!((call.keys().as_str(), names), ("aaa", vec!["INSERT", "MODIFY", "REMOVE"]));
    let numbers: Vec<_> = call.records().iter().map(|record| &record["dynamodb"]["SequenceNumber"]).collect();
    assert!(numbers.is_sorted_by_key(|number| number.as_str()));
    let mut record = call.records()[1].clone();
    for (pointer, length) in [("/eventID", 32), ("/dynamodb/SequenceNumber", 21)] {
        assert_eq!(record.pointer_mut(pointer).unwrap().take().as_str().unwrap().len(), length);
    }
    assert!(record["dynamodb"]["SizeBytes"].take().as_u64().unwrap() > 0);
    let image = |n: Value| {
        let mut image = json!({"pk": {"S": "a"}, "kind": {"S": "news"}});
        if !n.is_null() {
            image["n"] = json!({"N": n});
        }
        image
    };
    assert_eq!(
        record,
        json!({
            "eventID": null, "eventName": "MODIFY", "eventVersion": "1.1", "eventSource": "aws:dynamodb",
            "awsRegion": "eu-central-1",
            "dynamodb": {
                "ApproximateCreationDateTime": BEGIN, "Keys": {"pk": {"S": "a"}}, "NewImage": image(json!("1")),
                "OldImage": image(Value::Null), "SequenceNumber": null, "SizeBytes": null,
                "StreamViewType": "NEW_AND_OLD_IMAGES",
            },
            "eventSourceARN": crate::arn::of_stream("ItemsTable"),
        })
    );
    call.done();
    stage.settle().await;
    assert_eq!(stage.service.memory("watch"), 256);
    assert_eq!(stage.service.environment("watch")["AWS_ACCESS_KEY_ID"], "watch");
    assert!(stage.service.routes().is_empty() && stage.service.dead_letters().is_empty());
    stage.service.shutdown().await;
}

#[tokio::test]
async fn who_deleted_an_expired_item_is_told() {
    let mut stage = Stage::start().await;
    stage.put("a", &[("expires_at", AttributeValue::N(BEGIN.to_string()))]).await;
    stage.time.fetch_add(1, Ordering::SeqCst);
    assert_eq!(stage.service.sweep().unwrap(), 1);
    let call = stage.call().await;
    let by = json!({"type": "Service", "principalId": "dynamodb.amazonaws.com"});
    assert_eq!((&call.records()[0]["eventName"], &call.records()[0]["userIdentity"]), (&json!("REMOVE"), &by));
    call.done();
    stage.settle().await;
}

/// What the function does with each call: `+` does it, `!` fails, `?` panics, keys are those that are left undone. Each call has the
/// records before the colon. In the end the letters are the keys of each batch that was given up, with the number of calls.
#[tokio::test]
async fn batches_are_tried_again_split_and_given_up() {
    let whole = TEMPLATE.replace("BisectBatchOnFunctionError: true", "BisectBatchOnFunctionError: false");
    let once = whole.replace("MaximumRetryAttempts: 2", "MaximumRetryAttempts: 0");
    let unread = whole.replace("            FunctionResponseTypes: [ReportBatchItemFailures]\n", "");
    let unsent = once.lines().filter(|line| !line.contains("DestinationConfig")).collect::<Vec<_>>().join("\n");
    for (template, written, calls, letters) in [
        (TEMPLATE, "abcdefghi", "abcd:+ efgh:+ i:+", vec![]),
        (TEMPLATE, "abcd", "abcd:b bcd:d d:+", vec![]),
        (TEMPLATE, "abcd", "abcd:a abcd:a abcd:a", vec![(4, 3, json!(null))]),
        (TEMPLATE, "abcd", "abcd:! ab:+ cd:! c:+ d:+", vec![]),
        (TEMPLATE, "abcde", "abcd:! ab:! a:! a:? a:! b:+ cd:+ e:+", vec![(1, 5, json!("Unhandled"))]),
        (TEMPLATE, "abc", "abc:! ab:+ c:! c:+", vec![]),
        (&whole, "abcde", "abcd:! abcd:? abcd:! e:+", vec![(4, 3, json!("Unhandled"))]),
        (&once, "abc", "abc:c", vec![(1, 1, json!(null))]),
        (&unread, "abcde", "abcd:b e:!", vec![(1, 3, json!("Unhandled"))]),
        (&unsent, "abcde", "abcd:! e:+", vec![]),
    ] {
        let mut stage = Stage::start_with(template, Data::Memory).await;
        stage.put_news_at_once(written).await;
        let mut expected = calls.split(' ').map(|call| call.split_once(':').unwrap()).collect::<Vec<_>>();
        if template == unread {
            expected.extend([("e", "!"); 2]);
        }
        for (keys, act) in expected {
            let call = stage.call().await;
            assert_eq!(call.keys(), keys, "{calls}");
            match act {
                "+" => call.done(),
                "!" => call.fail(),
                "?" => drop(call),
                left => call.do_all_but(left),
            }
        }
        stage.settle().await;
        let given_up = stage.service.dead_letters().into_iter().map(|letter| {
            let size = letter["DDBStreamBatchInfo"]["batchSize"].as_u64().unwrap();
            let count = letter["requestContext"]["approximateInvokeCount"].as_u64().unwrap();
            (size, count, letter["responseContext"]["functionError"].clone())
        });
        assert_eq!(given_up.collect::<Vec<_>>(), letters, "{calls}");
        stage.service.shutdown().await;
    }
}

#[tokio::test]
async fn a_dead_letter_says_where_the_batch_is() {
    let template = TEMPLATE.replace("MaximumRetryAttempts: 2", "MaximumRetryAttempts: 0");
    let mut stage = Stage::start_with(&template, Data::Memory).await;
    stage.put_news("a").await;
    let call = stage.call().await;
    let number = call.records()[0]["dynamodb"]["SequenceNumber"].clone();
    stage.time.fetch_add(7, Ordering::SeqCst);
    call.fail();
    stage.settle().await;
    let mut letter = stage.service.dead_letters().remove(0);
    assert_eq!(letter["requestContext"]["requestId"].take().as_str().unwrap().len(), 36);
    assert_eq!(
        letter,
        json!({
            "requestContext": {
                "requestId": null, "functionArn": "arn:aws:lambda:eu-central-1:000000000000:function:WatchFunction",
                "condition": "RetryAttemptsExhausted", "approximateInvokeCount": 1,
            },
            "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
            "version": "1.0", "timestamp": "2027-01-15T08:00:07.000Z",
            "DDBStreamBatchInfo": {
                "shardId": "shardId-00000001-ItemsTable", "startSequenceNumber": number, "endSequenceNumber": number,
                "approximateArrivalOfFirstRecord": "2027-01-15T08:00:00Z",
                "approximateArrivalOfLastRecord": "2027-01-15T08:00:00Z",
                "batchSize": 1, "streamArn": crate::arn::of_stream("ItemsTable"),
            },
        })
    );
    let url = format!("{}/_local/dead-letters", stage.service.api_url());
    let http = reqwest::Client::new();
    let served: Value = serde_json::from_str(&http.get(&url).send().await.unwrap().text().await.unwrap()).unwrap();
    assert_eq!(served, json!(stage.service.dead_letters()));
    assert_eq!(http.delete(&url).send().await.unwrap().status(), 200);
    assert!(stage.service.dead_letters().is_empty());
}

#[tokio::test]
async fn records_that_are_too_old_are_given_up_unseen() {
    let mut stage = Stage::start().await;
    let held = stage.service.hold_streams().await;
    stage.put_news("ab").await;
    stage.time.fetch_add(61, Ordering::SeqCst);
    stage.put_news("c").await;
    drop(held);
    let call = stage.call().await;
    assert_eq!(call.keys(), "c");
    // What has become too old meanwhile is not tried again.
    stage.time.fetch_add(61, Ordering::SeqCst);
    call.fail();
    stage.settle().await;
    let letters = stage.service.dead_letters();
    let told = letters.iter().map(|letter| {
        let (context, info) = (&letter["requestContext"], &letter["DDBStreamBatchInfo"]);
        json!([
            context["condition"],
            context["approximateInvokeCount"],
            info["batchSize"],
            letter["responseContext"]["functionError"]
        ])
    });
    let expected = json!([["RecordAgeExceeded", 0, 2, null], ["RecordAgeExceeded", 1, 1, "Unhandled"]]);
    assert_eq!(json!(told.collect::<Vec<_>>()), expected);
}

#[tokio::test]
async fn a_function_that_is_killed_or_takes_too_long_is_called_again() {
    let mut stage = Stage::start().await;
    stage.put_news("a").await;
    let call = stage.call().await;
    stage.service.killer()();
    let again = stage.call().await;
    assert!(call.answer.is_closed());
    assert_eq!((again.keys(), &again.event), ("a".to_owned(), &call.event));
    again.done();
    stage.settle().await;
    stage.service.shutdown().await;

    let mut stage = Stage::start_with(&TEMPLATE.replace("Timeout: 60", "Timeout: 0"), Data::Memory).await;
    stage.put_news("a").await;
    stage.service.settle().await.unwrap();
    assert_eq!(stage.service.dead_letters()[0]["requestContext"]["condition"], "RetryAttemptsExhausted");
    while let Ok(call) = stage.calls.try_recv() {
        assert!(call.answer.is_closed());
    }
}

#[tokio::test]
async fn a_folder_remembers_what_was_done() {
    let scratch = Scratch::new();
    let folder = || Data::Dir(scratch.0.clone());
    let old = TEMPLATE.split("  Unsent:").next().unwrap().replace("StreamSpecification", "Tags: [] #");
    let stage = Stage::start_with(&old, folder()).await;
    stage.put_news("a").await;
    stage.service.shutdown().await;

    // A table of older days gets its stream, which begins then.
    let template = TEMPLATE.replace("MaximumRetryAttempts: 2", "MaximumRetryAttempts: 0");
    let stage = Stage::start_with(&template, folder()).await;
    let _held = stage.service.hold_streams().await;
    stage.put_news("bc").await;
    stage.service.shutdown().await;

    let mut stage = Stage::start_with(&template, folder()).await;
    let call = stage.call().await;
    assert_eq!(call.keys(), "bc");
    call.do_all_but("c");
    stage.settle().await;
    stage.service.shutdown().await;

    let mut stage = Stage::start_with(&template, folder()).await;
    stage.settle().await;
    assert_eq!(stage.service.dead_letters().len(), 1);
    stage.put_news("d").await;
    let call = stage.call().await;
    assert_eq!(call.keys(), "d");
    // The end comes while the function runs: what it has done stays done.
    let (answered, ()) = tokio::join!(async { call.done() }, stage.service.shutdown());
    let () = answered;
    let mut stage = Stage::start_with(&template, folder()).await;
    stage.settle().await;
    stage.service.shutdown().await;
}

#[tokio::test]
async fn what_all_have_read_is_deleted_but_for_the_last() {
    let mut stage = Stage::start().await;
    let rest = |stage: &Stage| stage.service.stream("ItemsTable").records(None, 1_000).unwrap().len();
    // Nobody wants to see any of these.
    for _ in 0..3 {
        for n in 0..201 {
            stage.put("a", &[("n", AttributeValue::N(n.to_string()))]).await;
        }
        stage.service.settle().await.unwrap();
    }
    assert!(rest(&stage) < 201, "{}", rest(&stage));
    for key in ["b", "c"] {
        stage.put_news(key).await;
        stage.call().await.done();
    }
    stage.settle().await;
    assert_eq!(rest(&stage), 1);
}

#[test]
fn what_does_not_start() {
    for (sound, broken, expected) in [
        (
            "!GetAtt ItemsTable.StreamArn",
            "arn",
            "WatchFunction.Events.Stream: Properties.Stream: arn is no stream of a table",
        ),
        ("StreamSpecification", "Tags: [] #", "WatchFunction.Events.Stream: Properties.Stream: arn:aws:dynamodb:"),
        (
            "!GetAtt Unsent.Arn",
            "q",
            "WatchFunction.Events.Stream: Properties.DestinationConfig.OnFailure.Destination: there is no queue q",
        ),
        ("BatchSize: 4", "Size: 4", "WatchFunction.Events.Stream: Properties: unknown field `Size`, expected one of"),
        (
            r#"["news"]"#,
            r#"[{"prefix": "n"}]"#,
            "WatchFunction.Events.Stream: Properties.FilterCriteria.Filters[0].Pattern.dynamodb.NewImage.kind.S: {",
        ),
    ] {
        let fault =
            crate::template::Template::parse(&TEMPLATE.replacen(sound, broken, 1), &HashMap::new()).unwrap_err();
        assert!(fault.starts_with(expected), "{fault}");
    }
    let template = crate::template::Template::parse(TEMPLATE, &HashMap::new()).unwrap();
    for (endpoints, consumers, expected) in [
        (&[][..], &["watch"][..], Ok(())),
        (&["watch"], &[], Err("WatchFunction.Events.Stream: watch is not to be called by a stream")),
        (&[], &["watch", "look"], Err("Resources: no AWS::Serverless::Function has the Binary look")),
        (&[], &[], Err("WatchFunction.Metadata.BuildProperties.Binary: there is no endpoint watch")),
    ] {
        assert_eq!(template.check_functions(endpoints, consumers), expected.map_err(str::to_owned));
    }
    let route =
        "Type: HttpApi\n          Properties: {Method: GET, Path: /}\n        Stream2:\n          Type: DynamoDB";
    let routed = TEMPLATE.replacen("Type: DynamoDB", route, 1);
    assert_eq!(
        crate::template::Template::parse(&routed, &HashMap::new()).unwrap().check_functions(&[], &["watch"]),
        Err("WatchFunction.Events: watch is to be called by a stream, and by no request".to_owned())
    );
}
