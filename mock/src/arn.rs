//! Where the local AWS says it is, and the names of its resources.

/// The region.
pub(crate) const REGION: &str = "eu-central-1";
/// The account.
pub(crate) const ACCOUNT: &str = "000000000000";

/// A table's ARN.
pub(crate) fn of_table(name: &str) -> String {
    format!("arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{name}")
}

/// The ARN of a table's stream. AWS puts in when it was made, which nobody needs to know here.
pub(crate) fn of_stream(table: &str) -> String {
    of_table(table) + "/stream/1970-01-01T00:00:00.000"
}

/// A queue's ARN.
pub(crate) fn of_queue(name: &str) -> String {
    format!("arn:aws:sqs:{REGION}:{ACCOUNT}:{name}")
}

/// A secret's ARN, as `Ref` gives it.
pub(crate) fn of_secret(name: &str) -> String {
    format!("arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{name}")
}

/// A function's ARN.
pub(crate) fn of_function(name: &str) -> String {
    format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}")
}

/// The ARN of an identity or a configuration set of SES.
pub(crate) fn of_mail(kind: &str, name: &str) -> String {
    format!("arn:aws:ses:{REGION}:{ACCOUNT}:{kind}/{name}")
}
