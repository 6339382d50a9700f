//! References to secrets in the template's texts.

use std::collections::BTreeMap;

/// The end of a reference to the version of a secret before the present one, and of the name of its value.
pub(crate) const PREVIOUS: &str = "::AWSPREVIOUS";

/// `text` with each `{{resolve:secretsmanager:…}}` replaced by the secret that it names, by ARN or by name.
pub(crate) fn fill(text: &str, secrets: &BTreeMap<String, String>) -> Result<String, String> {
    let mut result = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{resolve:") {
        let (reference, after) = after.split_once("}}").ok_or("a }} is missing")?;
        let secret = reference
            .strip_prefix("secretsmanager:")
            .ok_or_else(|| format!("{{{{resolve:{reference}}}}} is not known to the local service"))?;
        // After the secret's id: SecretString, a key of a JSON secret, the stage of a version.
        let (id, stage) = secret.split_once(":SecretString").unwrap_or((secret, ""));
        let stage = Some(stage.trim_end_matches(':')).filter(|stage| *stage != "::AWSCURRENT").unwrap_or_default();
        let is_it = |arn: &str| arn == id || arn.rsplit(':').next() == Some(id);
        let found = secrets.iter().find(|(name, _)| name.strip_suffix(stage).is_some_and(is_it));
        let (_, value) = found.ok_or_else(|| match stage {
            "" => format!("there is no secret {id}"),
            _ => format!("the local service keeps no {stage} of the secret {id}"),
        })?;
        result.push_str(before);
        result.push_str(value);
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
            (format!("{ARN}{PREVIOUS}"), "0ld".to_owned()),
            (ARN.replace("Token", "New"), "n3w".to_owned()),
        ]);
        for (text, expected) in [
            ("plain".to_owned(), Ok("plain")),
            (format!("{{{{resolve:secretsmanager:{ARN}}}}}"), Ok("s3cret")),
            (format!("a-{{{{resolve:secretsmanager:{ARN}:SecretString}}}}-b"), Ok("a-s3cret-b")),
            (format!("{{{{resolve:secretsmanager:{ARN}:SecretString:::}}}}"), Ok("s3cret")),
            (format!("{{{{resolve:secretsmanager:{ARN}:SecretString::AWSCURRENT}}}}"), Ok("s3cret")),
            (format!("{{{{resolve:secretsmanager:{ARN}:SecretString::AWSPREVIOUS}}}}"), Ok("0ld")),
            (
                format!(
                    "{{{{resolve:secretsmanager:{ARN}:SecretString::AWSPREVIOUS}}}},{{{{resolve:secretsmanager:{ARN}}}}}"
                ),
                Ok("0ld,s3cret"),
            ),
            (
                "{{resolve:secretsmanager:NewSecret:SecretString::AWSPREVIOUS}}".to_owned(),
                Err("the local service keeps no ::AWSPREVIOUS of the secret NewSecret"),
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
}
