//! References to secrets in the template's texts.

use std::collections::BTreeMap;

/// The name of the value that the secret has in the version of that id. Of the present version it is the secret's ARN.
pub(crate) fn version_of(arn: &str, id: &str) -> String {
    format!("{arn}:::{id}")
}

/// `text` with each `{{resolve:secretsmanager:…}}` replaced by the secret that it names, by ARN or by name.
pub(crate) fn fill(text: &str, secrets: &BTreeMap<String, String>) -> Result<String, String> {
    each(text, |id, version| {
        let found = secrets.iter().find(|(name, _)| name.strip_suffix(version).is_some_and(|arn| is_it(arn, id)));
        found.map(|(_, value)| value.as_str()).ok_or_else(|| match version {
            "" => format!("there is no secret {id}"),
            _ => format!("the local service keeps no {version} of the secret {id}"),
        })
    })
}

/// Whether each reference in `text` is one to a secret of that ARN, in whatever version.
pub(crate) fn check(text: &str, arns: &[String]) -> Result<(), String> {
    each(text, |id, _| {
        let known = arns.iter().any(|arn| is_it(arn, id));
        if known { Ok("") } else { Err(format!("there is no secret {id}")) }
    })
    .map(drop)
}

fn is_it(arn: &str, id: &str) -> bool {
    arn == id || arn.rsplit(':').next() == Some(id)
}

/// `text` with each reference replaced by its value: of a secret's id, and of what names the version, which is empty for the
/// present one.
fn each<'a>(text: &str, value: impl Fn(&str, &str) -> Result<&'a str, String>) -> Result<String, String> {
    let mut result = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{resolve:") {
        let (reference, after) = after.split_once("}}").ok_or("a }} is missing")?;
        let secret = reference
            .strip_prefix("secretsmanager:")
            .ok_or_else(|| format!("{{{{resolve:{reference}}}}} is not known to the local service"))?;
        // After the secret's id: SecretString, a key of a JSON secret, the stage of a version, the id of a version.
        let (id, version) = secret.split_once(":SecretString").unwrap_or((secret, ""));
        let version =
            Some(version.trim_end_matches(':')).filter(|version| *version != "::AWSCURRENT").unwrap_or_default();
        result.push_str(before);
        result.push_str(value(id, version)?);
        rest = after;
    }
    Ok(result + rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARN: &str = "arn:aws:secretsmanager:eu-central-1:000000000000:secret:TokenSecret";

    #[test]
    fn secrets_are_filled_in() {
        let secrets = BTreeMap::from([
            (ARN.to_owned(), "s3cret".to_owned()),
            (version_of(ARN, "1"), "0ld".to_owned()),
            (ARN.replace("Token", "New"), "n3w".to_owned()),
        ]);
        for (text, expected) in [
            ("plain".to_owned(), Ok("plain")),
            (format!("{{{{resolve:secretsmanager:{ARN}}}}}"), Ok("s3cret")),
            (format!("a-{{{{resolve:secretsmanager:{ARN}:SecretString}}}}-b"), Ok("a-s3cret-b")),
            (format!("{{{{resolve:secretsmanager:{ARN}:SecretString:::}}}}"), Ok("s3cret")),
            (format!("{{{{resolve:secretsmanager:{ARN}:SecretString::AWSCURRENT}}}}"), Ok("s3cret")),
            (format!("{{{{resolve:secretsmanager:{ARN}:SecretString::AWSCURRENT:}}}}"), Ok("s3cret")),
            (format!("{{{{resolve:secretsmanager:{ARN}:SecretString:::1}}}}"), Ok("0ld")),
            (
                format!("{{{{resolve:secretsmanager:{ARN}:SecretString:::1}}}},{{{{resolve:secretsmanager:{ARN}}}}}"),
                Ok("0ld,s3cret"),
            ),
            (
                "{{resolve:secretsmanager:NewSecret:SecretString:::1}}".to_owned(),
                Err("the local service keeps no :::1 of the secret NewSecret"),
            ),
            (
                "{{resolve:secretsmanager:TokenSecret:SecretString::AWSPREVIOUS}}".to_owned(),
                Err("the local service keeps no ::AWSPREVIOUS of the secret TokenSecret"),
            ),
            (
                "{{resolve:secretsmanager:TokenSecret:SecretString:key}}".to_owned(),
                Err("the local service keeps no :key of the secret TokenSecret"),
            ),
            ("{{resolve:secretsmanager:TokenSecret}}".to_owned(), Ok("s3cret")),
            ("{{resolve:secretsmanager:Other}}".to_owned(), Err("there is no secret Other")),
            ("{{resolve:ssm:x}}".to_owned(), Err("{{resolve:ssm:x}} is not known to the local service")),
            ("{{resolve:secretsmanager:x".to_owned(), Err("a }} is missing")),
        ] {
            assert_eq!(fill(&text, &secrets), expected.map(str::to_owned).map_err(str::to_owned), "{text}");
        }
    }

    #[test]
    fn references_are_checked_without_their_values() {
        for (text, expected) in [
            (format!("{{{{resolve:secretsmanager:{ARN}:SecretString:::1}}}}"), Ok(())),
            (
                "{{resolve:secretsmanager:Other:SecretString:::1}}".to_owned(),
                Err("there is no secret Other".to_owned()),
            ),
        ] {
            assert_eq!(check(&text, &[ARN.to_owned()]), expected, "{text}");
        }
    }
}
