//! Which function a request is for.

use percent_encoding::percent_decode_str;

use crate::template::Route;

/// The routes of the API.
#[derive(Default)]
pub(crate) struct Routes(Vec<Entry>);

struct Entry {
    route: Route,
    parts: Vec<Part>,
    function: usize,
}

enum Part {
    Literal(String),
    Parameter(String),
}

/// A route that serves a request.
#[derive(Debug, Eq, PartialEq)]
pub(crate) struct Match {
    /// The function's place in the list that it was added with.
    pub(crate) function: usize,
    /// `PUT /event/{id}/vote`.
    pub(crate) key: String,
    /// The path parameters, percent-decoded.
    pub(crate) parameters: Vec<(String, String)>,
}

impl Routes {
    pub(crate) fn add(&mut self, route: &Route, function: usize) {
        let part = |part: &str| match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
            Some(name) => Part::Parameter(name.to_owned()),
            None => Part::Literal(part.to_owned()),
        };
        self.0.push(Entry { parts: route.path.split('/').map(part).collect(), route: route.clone(), function });
    }

    /// The routes and their functions, in the order of their adding.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Route, usize)> {
        self.0.iter().map(|entry| (&entry.route, entry.function))
    }

    /// The route for a method and the decoded segments of a path. A literal segment wins over a parameter.
    pub(crate) fn find(&self, method: &str, segments: &[String]) -> Option<Match> {
        let entries = self.0.iter().filter(|entry| entry.route.method == method && entry.fits(segments));
        let entry = entries
            .max_by_key(|entry| entry.parts.iter().map(|part| matches!(part, Part::Literal(_))).collect::<Vec<_>>())?;
        let named = entry.parts.iter().zip(segments).filter_map(|(part, segment)| match part {
            Part::Parameter(name) => Some((name.clone(), segment.clone())),
            Part::Literal(_) => None,
        });
        Some(Match {
            function: entry.function,
            key: format!("{method} {}", entry.route.path),
            parameters: named.collect(),
        })
    }
}

impl Entry {
    fn fits(&self, segments: &[String]) -> bool {
        self.parts.len() == segments.len()
            && self.parts.iter().zip(segments).all(|(part, segment)| match part {
                Part::Literal(literal) => literal == segment,
                Part::Parameter(_) => !segment.is_empty(),
            })
    }
}

/// The segments of a path, each percent-decoded, so that `%2F` is a character of a segment and no border between two.
/// None if that is no UTF-8.
pub(crate) fn segments(path: &str) -> Option<Vec<String>> {
    path.split('/').map(|segment| Some(percent_decode_str(segment).decode_utf8().ok()?.into_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn find() {
        let mut routes = Routes::default();
        for (place, (method, path)) in [
            ("GET", "/event/{id}"),
            ("GET", "/event/mine"),
            ("PUT", "/event/{id}/vote"),
            ("PUT", "/{any}/own/vote"),
            ("GET", "/"),
        ]
        .into_iter()
        .enumerate()
        {
            routes.add(&Route { method: method.to_owned(), path: path.to_owned() }, place);
        }
        for (method, path, expected) in [
            ("GET", "/event/7", Some((0, "id=7"))),
            ("GET", "/event/a%2Fb%20%C3%BC", Some((0, "id=a/b ü"))),
            ("GET", "/event/mine", Some((1, ""))),
            ("GET", "/event/m%69ne", Some((1, ""))),
            ("PUT", "/event/7/vote", Some((2, "id=7"))),
            ("PUT", "/event/own/vote", Some((2, "id=own"))),
            ("PUT", "/other/own/vote", Some((3, "any=other"))),
            ("GET", "/", Some((4, ""))),
            ("POST", "/event/7", None),
            ("HEAD", "/event/7", None),
            ("GET", "/event/", None),
            ("GET", "/event/7/", None),
            ("GET", "/Event/7", None),
        ] {
            let found = routes.find(method, &segments(path).unwrap()).map(|found| {
                let named: Vec<_> = found.parameters.iter().map(|(name, value)| format!("{name}={value}")).collect();
                (found.function, named.join("&"))
            });
            assert_eq!(found, expected.map(|(place, named)| (place, named.to_owned())), "{method} {path}");
        }
        assert_eq!(segments("/event/%FF"), None);
    }
}
