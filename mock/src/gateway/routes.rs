//! Which function a request is for.

use std::collections::HashMap;

use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

use crate::template::Route;

/// What would not be one segment any more once it is decoded.
const BORDERS: &AsciiSet = &CONTROLS.add(b'%').add(b'/');

/// The routes of the API.
#[derive(Default)]
pub(crate) struct Routes {
    all: Vec<(Route, usize)>,
    /// Places in `all`, by method and path.
    places: HashMap<String, matchit::Router<usize>>,
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
    /// Adds a route to a function.
    ///
    /// # Errors
    /// The path is no path of an API, or another route has it but for the names of its parameters.
    pub(crate) fn add(&mut self, route: &Route, function: usize) -> Result<(), String> {
        let Route { method, path } = route;
        let places = self.places.entry(method.clone()).or_default();
        places.insert(path, self.all.len()).map_err(|error| format!("the route {method} {path}: {error}"))?;
        self.all.push((route.clone(), function));
        Ok(())
    }

    /// The routes and their functions, in the order of their adding.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &(Route, usize)> {
        self.all.iter()
    }

    /// The route for a method and the decoded segments of a path. A literal segment wins over a parameter.
    pub(crate) fn find(&self, method: &str, segments: &[String]) -> Option<Match> {
        let encoded = segments.iter().map(|segment| utf8_percent_encode(segment, BORDERS).to_string());
        let path = encoded.collect::<Vec<_>>().join("/");
        let found = self.places.get(method)?.at(&path).ok()?;
        let (route, function) = &self.all[*found.value];
        let decoded = |value| percent_decode_str(value).decode_utf8_lossy().into_owned();
        let parameters = found.params.iter().map(|(name, value)| (name.to_owned(), decoded(value))).collect();
        Some(Match { function: *function, key: format!("{method} {}", route.path), parameters })
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

    fn route(method: &str, path: &str) -> Route {
        Route { method: method.to_owned(), path: path.to_owned() }
    }

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
            routes.add(&route(method, path), place).unwrap();
        }
        for (method, path, expected) in [
            ("GET", "/event/7", Some((0, "id=7"))),
            ("GET", "/event/a%2Fb%20%C3%BC", Some((0, "id=a/b ü"))),
            ("GET", "/event/a%2525%252F", Some((0, "id=a%25%2F"))),
            ("GET", "/event/{id}", Some((0, "id={id}"))),
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

    #[test]
    fn two_routes_differ_by_more_than_the_name_of_a_parameter() {
        let mut routes = Routes::default();
        routes.add(&route("PUT", "/event/{id}"), 0).unwrap();
        routes.add(&route("PUT", "/event/{other}/vote"), 0).unwrap();
        routes.add(&route("GET", "/event/{other}"), 0).unwrap();
        let fault = routes.add(&route("PUT", "/event/{other}"), 1).unwrap_err();
        assert!(fault.starts_with("the route PUT /event/{other}: ") && fault.ends_with("/event/{id}"), "{fault}");
        for path in ["/event/{id", "/event/{}", "/{id}-x"] {
            assert!(routes.add(&route("PUT", path), 1).is_err(), "{path}");
        }
    }
}
