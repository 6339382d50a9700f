//! What is read from a template, and what is said about a broken one.

use super::*;
use crate::Options;

const TEMPLATE: &str = include_str!("fixture.yaml");

fn parse(text: &str) -> Result<Template, String> {
    Template::parse(text, &HashMap::new())
}

#[test]
fn tables() {
    let table = parse(TEMPLATE).unwrap().tables.remove(0);
    assert_eq!(table.name, "EventsTable");
    assert_eq!(table.ttl, Some(TimeToLive { attribute_name: "expires_at".into(), enabled: true }));
    assert_eq!(
        serde_json::to_value(&table).unwrap(),
        serde_json::json!({
            "TableName": "EventsTable",
            "BillingMode": "PAY_PER_REQUEST",
            "KeySchema": [
                {"AttributeName": "event_id", "KeyType": "HASH"}, {"AttributeName": "row", "KeyType": "RANGE"},
            ],
            "AttributeDefinitions": [
                {"AttributeName": "event_id", "AttributeType": "S"}, {"AttributeName": "row", "AttributeType": "S"},
                {"AttributeName": "user_id", "AttributeType": "S"}, {"AttributeName": "listed_at", "AttributeType": "N"},
            ],
            "GlobalSecondaryIndexes": [{
                "IndexName": "by_user",
                "KeySchema": [
                    {"AttributeName": "user_id", "KeyType": "HASH"}, {"AttributeName": "listed_at", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }],
        })
    );
}

#[test]
fn functions() {
    let template = parse(TEMPLATE).unwrap();
    let echo = &template.functions[0];
    assert_eq!((echo.id.as_str(), echo.binary.as_str(), echo.timeout_seconds), ("EchoFunction", "echo", 10));
    let routes: Vec<_> = echo.routes.iter().map(|route| format!("{} {}", route.method, route.path)).collect();
    assert_eq!(routes, ["GET /echo/fixed", "POST /echo", "PUT /echo/{id}"]);
    assert_eq!(echo.environment["USERS_TABLE"], "UsersTable");
    assert_eq!(echo.environment["AWS_ENDPOINT_URL_DYNAMODB"], "");
    assert!(echo.environment["TOKEN_KEYS"].starts_with("{{resolve:secretsmanager:arn:"));
    assert_eq!(template.functions[1].timeout_seconds, 3);
    assert_eq!(template.cors.unwrap().allow_origins, ["https://app.example"]);
}

#[test]
fn endpoints_and_functions_are_the_same() {
    let template = parse(TEMPLATE).unwrap();
    for (endpoints, expected) in [
        (&["echo", "mail", "panic"][..], Ok(())),
        (
            &["echo", "mail"],
            Err("PanicFunction.Metadata.BuildProperties.Binary: there is no endpoint panic".to_owned()),
        ),
        (
            &["echo", "mail", "panic", "vote"],
            Err("Resources: no AWS::Serverless::Function has the Binary vote".to_owned()),
        ),
    ] {
        assert_eq!(template.check_functions(endpoints, &[]), expected);
    }
    let twice = TEMPLATE.replace("Binary: panic", "Binary: echo");
    assert_eq!(
        parse(&twice).unwrap().check_functions(&["echo", "mail"], &[]),
        Err("PanicFunction.Metadata.BuildProperties.Binary: another function is echo already".to_owned())
    );
}

#[test]
fn parameters_can_be_set() {
    let set = HashMap::from([("Origin".to_owned(), "*".to_owned())]);
    assert_eq!(Template::parse(TEMPLATE, &set).unwrap().cors.unwrap().allow_origins, ["*"]);
}

#[test]
fn faults_name_the_place() {
    for (sound, broken, expected) in [
        ("!Ref UsersTable", "!Ref NoTable", "EchoFunction.Environment.USERS_TABLE: Ref NoTable: there is no such"),
        ("${TokenSecret}}}", "Other}}", "EchoFunction.Environment.TOKEN_KEYS: there is no secret Other"),
        ("resolve:secretsmanager", "resolve:ssm", "EchoFunction.Environment.TOKEN_KEYS: {{resolve:ssm:"),
        ("Binary: panic", "Bin: panic", "PanicFunction.Metadata.BuildProperties.Binary is missing"),
        ("Path: /panic", "Pfad: /panic", "PanicFunction.Events.Route: Properties: missing field `Path`"),
        ("Path: /panic", "Path: '/{proxy+}'", "PanicFunction.Events.Route: Path: the local service does not serve"),
        ("Method: PUT, Path: /panic", "Method: ANY, Path: /panic", "PanicFunction.Events.Route: Method: "),
        (
            "KeySchema: [{AttributeName: pk",
            "Keys: [{AttributeName: pk",
            "UsersTable.Properties: missing field `KeySchema`",
        ),
        ("AllowOrigins: [!Ref Origin]", "AllowOrigins: 7", "Api.CorsConfiguration: invalid type"),
        ("PanicFunction:\n    Type", "PanicFunction:\n    Typ", "PanicFunction.Type is missing"),
        (
            "!GetAtt UsersTable.Arn",
            "!GetAtt Users.Arn",
            "EchoFunction.Policies: Statement: Resource: Fn::GetAtt Users.Arn: ",
        ),
        ("Policies:", "Role: a\n      Policies:", "EchoFunction.Role is not understood"),
        ("Resources:", "Resourcen:", "Resources is missing"),
        ("Globals:", "Globals: [", "line "),
    ] {
        assert!(TEMPLATE.contains(sound), "{sound}");
        let fault = parse(&TEMPLATE.replacen(sound, broken, 1)).unwrap_err();
        assert!(fault.starts_with(expected), "{broken}: {fault}");
    }
}

/// `CloudFormation` may keep what it has resolved a reference to for as long as its text stays: so each step of a rotation changes
/// the text, in every function that has the keys, and changes nothing else.
#[test]
fn a_step_of_the_keys_rotation_changes_each_functions_reference_and_nothing_else() {
    let environments = |[signing, other]: [&str; 2]| {
        let parameters = HashMap::from([("TokenKey", signing), ("OtherTokenKey", other)]);
        let parameters = parameters.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let template = Template::read(&Options::default_template(), &parameters).unwrap();
        template.functions.into_iter().map(|function| (function.binary, function.environment)).collect::<Vec<_>>()
    };
    let steps = [["AWSCURRENT"; 2], [":v1", ":v2"], [":v2", ":v1"], [":v2", ":v3"], [":v3", ":v2"], [":v4", ":v4"]];
    let mut with_keys = 0;
    for step in steps.windows(2) {
        for ((function, mut before), (_, mut after)) in environments(step[0]).into_iter().zip(environments(step[1])) {
            let (old, new) = (before.remove("TOKEN_KEYS"), after.remove("TOKEN_KEYS"));
            assert_eq!(before, after, "{function}, {step:?}");
            assert_eq!(old.is_some(), new.is_some(), "{function}, {step:?}");
            if let (Some(old), Some(new)) = (old, new) {
                assert_ne!(old, new, "{function}, {step:?}");
                with_keys += 1;
            }
        }
    }
    assert!(with_keys > 0);
}
